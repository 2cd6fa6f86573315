"""The sieve of Eratosthenes, and what can be read off it: twin primes, gaps, a Goldbach check.

usage: sieve.py [limit]
"""

import hashlib
import sys

import numpy as np


def sieve(limit):
    composite = np.zeros(limit + 1, dtype=np.bool_)
    composite[0] = composite[1] = True
    p = 2
    while p * p <= limit:
        if not composite[p]:
            for multiple in range(p * p, limit + 1, p):
                composite[multiple] = True
        p += 1
    return composite


def collect(composite, primes):
    """Pack the primes to the front; return their number."""
    count = 0
    for number in range(len(composite)):
        if not composite[number]:
            primes[count] = number
            count += 1
    return count


def gaps(primes, count):
    twins = 0
    widest = 0
    for i in range(1, count):
        gap = int(primes[i] - primes[i - 1])
        if gap == 2:
            twins += 1
        if gap > widest:
            widest = gap
    return twins, widest


def goldbach(composite, primes, count, limit):
    """The first even number that is not a sum of two primes, or 0: nobody has found one yet."""
    for even in range(4, limit, 2):
        for i in range(count):
            if not composite[even - primes[i]]:
                break
        else:
            return even
    return 0


def main():
    limit = int(sys.argv[1]) if len(sys.argv) > 1 else 9_000_000
    composite = sieve(limit)
    primes = np.zeros(limit // 2 + 2, dtype=np.int64)
    count = collect(composite, primes)
    twins, widest = gaps(primes, count)
    print("primes up to", limit, ":", count)
    print("twins", twins, "widest gap", widest)
    print("Goldbach fails at", goldbach(composite, primes, count, limit // 20))
    print("sieve", hashlib.sha256(composite.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
