"""Black-Scholes prices of European options, and the volatility that a price implies.

usage: black_scholes.py [options]
"""

import hashlib
import math
import sys

import numpy as np


def normal_cdf(x):
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


def call_price(spot, strike, years, rate, sigma):
    root = sigma * np.sqrt(years)
    d1 = (np.log(spot / strike) + (rate + 0.5 * sigma * sigma) * years) / root
    d2 = d1 - root
    return spot * normal_cdf(d1) - strike * np.exp(-rate * years) * normal_cdf(d2)


def price_all(spot, strike, years, rate, sigma, call, put):
    for i in range(len(spot)):
        call[i] = call_price(spot[i], strike[i], years[i], rate, sigma[i])
        put[i] = call[i] - spot[i] + strike[i] * np.exp(-rate * years[i])


def implied_volatility(spot, strike, years, rate, price, sigma):
    """Bisection, until the interval is small; returns the number of steps of all searches."""
    steps = 0
    for i in range(len(spot)):
        low = 0.001
        high = 2.0
        while high - low > 1e-6:
            middle = 0.5 * (low + high)
            if call_price(spot[i], strike[i], years[i], rate, middle) < price[i]:
                low = middle
            else:
                high = middle
            steps += 1
        sigma[i] = 0.5 * (low + high)
    return steps


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 250_000
    rng = np.random.default_rng(99)
    spot = rng.uniform(20.0, 120.0, n)
    strike = spot * rng.uniform(0.8, 1.25, n)
    years = rng.uniform(0.1, 2.0, n)
    sigma = rng.uniform(0.1, 0.6, n)
    call, put = np.empty(n), np.empty(n)
    rate = 0.03
    price_all(spot, strike, years, rate, sigma, call, put)
    m = max(1, n // 20)
    implied = np.empty(m)
    steps = implied_volatility(spot[:m], strike[:m], years[:m], rate, call[:m], implied)
    print("options", n, "mean call", repr(float(call.mean())), "mean put", repr(float(put.mean())))
    print("bisection steps", steps, "largest error", repr(float(np.abs(implied - sigma[:m]).max())))
    print("prices", hashlib.sha256(call.tobytes() + put.tobytes()).hexdigest())
    print("volatilities", hashlib.sha256(implied.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
