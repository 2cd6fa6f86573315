"""Schedules: in which order, and by how many threads, the iterations of a nest run.

    parallel.planned(nest, outcomes)     whether its statements allow those of the outermost loop any order: what becomes of scalars
    parallel.ordered(plan, carried)      with the dependences of a call
    value.Schedule                       the answer, as a value that prints
    compared.refuted(schedule, nest, ..) another way to the same answer, which only tests and the strict option go
    compared.rearranged(before, after)   the same for inner loops in another order (`interchange`), by runs on made-up numbers

A schedule holds for what a kernel was made for, and for the bounds, strides and addresses that it was made with.
"""
