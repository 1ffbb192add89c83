"""Statistics of sweeps: pure functions over arrays, each with its formula and source; they read no files.

`sample` holds what they take: runs summed by scenario, for one arm or for the differences of two. From that:

- `intervals`: a mean or a difference with its interval (`resampling` draws);  `passes`: pass@k and pass^k;
- `comparisons`: two arms on the same scenarios (`permutation`, `mcnemar`, `equivalence`, `power`); `families`: many;
- `variance`: between scenarios against between runs;  `exceptions`: runs that are outside the rates, and both bounds;
- `documented`: the statistics that PARE documents, under their names.

Two estimands, named in every result (`ESTIMANDS`): *situations like these* asks what the rate would be over scenarios
drawn as these were, so scenarios are the random units; *this benchmark* keeps the scenarios and repeats the runs.
"""
