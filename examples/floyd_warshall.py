"""All shortest paths of a sparse random road map, with the next stop of every route.

usage: floyd_warshall.py [towns]
"""

import hashlib
import sys

import numpy as np


def road_map(n, seed=3):
    rng = np.random.default_rng(seed)
    dist = np.full((n, n), np.inf)
    for town in range(n):
        dist[town, town] = 0.0
        for other in rng.choice(n, size=min(n, 4), replace=False):
            if other != town:
                dist[town, other] = dist[other, town] = rng.uniform(1.0, 20.0)
    return dist


def shortest_paths(dist, follow):
    n = len(dist)
    for i in range(n):
        for j in range(n):
            follow[i, j] = j if dist[i, j] < np.inf else -1
    for k in range(n):
        for i in range(n):
            for j in range(n):
                through = dist[i, k] + dist[k, j]
                if through < dist[i, j]:
                    dist[i, j] = through
                    follow[i, j] = follow[i, k]


def stops(follow, start, end):
    count = 0
    while start != end and follow[start, end] >= 0:
        start = follow[start, end]
        count += 1
    return count


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 180
    dist = road_map(n)
    follow = np.empty((n, n), dtype=np.int32)
    shortest_paths(dist, follow)
    reachable = dist[np.isfinite(dist)]
    print("towns", n, "reachable pairs", reachable.size)
    print("longest shortest path", repr(float(reachable.max())), "mean", repr(float(reachable.mean())))
    print("stops from first to last town", stops(follow, 0, n - 1))
    print("distances", hashlib.sha256(dist.tobytes()).hexdigest())
    print("routes", hashlib.sha256(follow.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
