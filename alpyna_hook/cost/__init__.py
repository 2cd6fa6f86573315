"""What running a nest costs: how much work there is, as a function of the bounds."""
