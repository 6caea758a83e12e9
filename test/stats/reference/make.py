# Reference values for test/stats, by statsmodels and SciPy (Debian packages python3-statsmodels, python3-scipy).
#   python3 test/stats/reference/make.py > test/stats/reference/scipy.json && npx prettier --write test/stats/reference/scipy.json
# Neither is needed to run the tests.
import functools
import itertools
import json
import math

import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower, normal_sample_size_one_tail
from statsmodels.stats.weightstats import DescrStatsW

out = {"made_by": f"SciPy {scipy.__version__}, statsmodels {statsmodels.__version__}, test/stats/reference/make.py"}

# Clustered standard error: ordinary least squares on a constant with cluster-robust covariance (factor G / (G - 1)).
values = [1, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 0.5, 0, 0, 1, 0.25, 1, 1, 0, 0]
clusters = [0, 0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4, 4, 5, 6, 6, 7, 7, 7]
fit = sm.OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds={"groups": np.array(clusters)}, use_t=True)
low, high = fit.conf_int()[0]
out["clustered"] = {
    "values": values, "clusters": clusters, "mean": fit.params[0], "standard_error": fit.bse[0], "low": low, "high": high,
    "plain_standard_error": sm.OLS(values, np.ones(len(values))).fit().bse[0],
}

# McNemar: exact p by statsmodels; mid-p by the binomial of SciPy (Fagerland, Lydersen and Laake 2013).
def mcnemar_row(gained, lost):
    p = mcnemar([[10, lost], [gained, 10]], exact=True).pvalue
    mid = 2 * stats.binom.cdf(min(gained, lost), gained + lost, 0.5) - stats.binom.pmf(gained, gained + lost, 0.5)
    if gained == lost:
        mid = 1 - stats.binom.pmf(gained, 2 * gained, 0.5) / 2
    return [gained, lost, p, mid]

out["mcnemar"] = [mcnemar_row(*v) for v in [(1, 0), (0, 5), (5, 5), (1, 7), (59, 16), (10, 25), (120, 80), (3, 40)]]

# Tango: the score statistic with the nuisance probability found by maximising the multinomial likelihood numerically.
def tango_score(gained, lost, n, d):
    def fitted():
        # P(lost) = q, P(gained) = q + d, the rest agrees.
        low, high = max(0.0, -d), (1 - d) / 2
        def slope(q):
            return sum(count / x for count, x in ((gained, q + d), (lost, q)) if count) - 2 * (n - gained - lost) / (1 - d - 2 * q)
        a, b = low + 1e-15, high - 1e-15
        if n > gained + lost and slope(a) <= 0: return low
        if slope(b) >= 0: return high
        return optimize.brentq(slope, a, b, xtol=1e-16, rtol=1e-15)
    q = fitted()
    return (gained - lost - n * d) / math.sqrt(n * (2 * q + d - d * d))

def tango_row(gained, lost, n, level):
    z = stats.norm.isf((1 - level) / 2)
    point = (gained - lost) / n
    low = optimize.brentq(lambda d: tango_score(gained, lost, n, d) - z, -1 + 1e-9, point - 1e-9, xtol=1e-14)
    high = optimize.brentq(lambda d: tango_score(gained, lost, n, d) + z, point + 1e-9, 1 - 1e-9, xtol=1e-14)
    return [gained, lost, n, level, low, high, stats.norm.sf(tango_score(gained, lost, n, -0.05))]

out["tango"] = [tango_row(*v) for v in [
    (40, 20, 160, 0.95), (1, 7, 21, 0.95), (0, 0, 20, 0.95), (0, 1, 44, 0.95), (3, 0, 30, 0.9), (59, 16, 161, 0.95),
    (120, 80, 1319, 0.95), (120, 80, 1319, 0.9), (12, 9, 25, 0.99)]]

# Holm and Benjamini-Hochberg.
ps = [0.0005, 0.0009, 0.02, 0.021, 0.3, 0.045, 0.8]
out["multipletests"] = {"p": ps, "holm": list(multipletests(ps, method="holm")[1]), "fdr_bh": list(multipletests(ps, method="fdr_bh")[1])}

# Two one-sided paired t tests.
x = np.array([0.2, 0.5, 0.9, 1.0, 0.35, 0.6, 0.8, 0.1, 0.75, 0.4, 0.95, 0.55])
y = np.array([0.3, 0.5, 0.85, 1.0, 0.5, 0.7, 0.95, 0.05, 0.9, 0.45, 1.0, 0.6])
p, first, second = DescrStatsW(y - x).ttost_mean(-0.1, 0.1)
out["tost"] = {"differences": list(y - x), "margin": 0.1, "p": p, "lower": first[1], "upper": second[1]}

# Required n of a one-sample z test: effect, sd, alpha (one tail), power -> n; and power at n = 400.
def power_row(effect, sd, tail, power):
    n = normal_sample_size_one_tail(effect, power, tail, std_null=sd, std_alternative=sd)
    at = NormalIndPower(ddof=0).power(effect / sd, 400, tail, ratio=0, alternative="larger")
    return [effect, sd, tail, power, n, at]

out["power"] = [power_row(*v) for v in itertools.product([0.02, 0.05], [0.3, 0.55], [0.05, 0.025], [0.8, 0.9])]
# Connor (1987): the two standard deviations differ. effect, discordance, tail, power -> n
out["connor"] = [[d, psi, tail, power, normal_sample_size_one_tail(d, power, tail, std_null=math.sqrt(psi), std_alternative=math.sqrt(psi - d * d))]
    for d, psi, tail, power in itertools.product([0.05, 0.1], [0.1, 0.3], [0.025], [0.8, 0.9])]

# Paired permutation, all sign patterns.
d = [0.1, 0.0, -0.05, 0.0, 0.15, 0.1, 0.15, -0.05, 0.15, 0.05]
r = stats.permutation_test((d,), lambda s, axis=-1: np.abs(np.mean(s, axis=axis)), permutation_type="samples", alternative="greater", n_resamples=np.inf, vectorized=True)
out["permutation"] = {"differences": d, "p": r.pvalue}

# Bootstrap percentile interval of SciPy, with its own random numbers: agrees up to resampling error.
rng = np.random.default_rng(1)
d = [1.0] * 30 + [-1.0] * 12 + [0.0] * 158
r = stats.bootstrap((np.array(d),), np.mean, n_resamples=100000, method="percentile", random_state=rng, batch=1000)
out["bootstrap"] = {"gained": 30, "lost": 12, "n": 200, "low": r.confidence_interval.low, "high": r.confidence_interval.high}

# Majority vote by enumerating every subset: right, wrong counts, k -> probability that the right answer wins, ties shared.
def majority(right, wrong, k):
    labels = [0] * right + [i + 1 for i, c in enumerate(wrong) for _ in range(c)]
    total = 0.0
    count = 0
    for draw in itertools.combinations(labels, k):
        votes = [draw.count(v) for v in range(len(wrong) + 1)]
        if votes[0] == max(votes): total += 1 / votes.count(votes[0])
        count += 1
    return [right, wrong, k, total / count]

out["majority"] = [majority(*v) for v in [
    (3, [2], 3), (3, [2, 2, 1], 4), (5, [5, 5], 5), (4, [1, 1, 1, 1, 1], 3), (1, [6], 2), (6, [3, 3], 12), (2, [2, 2, 2], 1), (0, [3, 2], 2), (5, [4, 3, 2, 1], 7)]]

# Korn and Graubard: Clopper-Pearson of effective counts, by the beta quantiles of SciPy.
def korn_graubard(values, clusters, level=0.95):
    n, g = len(values), len(set(clusters))
    fit = sm.OLS(values, np.ones(n)).fit(cov_type="cluster", cov_kwds={"groups": np.array(clusters)})
    p, se, tail = fit.params[0], fit.bse[0], (1 - level) / 2
    size = min(n, p * (1 - p) / se**2 * (stats.t.isf(tail, n - 1) / stats.t.isf(tail, g - 1)) ** 2)
    x = p * size
    return [stats.beta.ppf(tail, x, size - x + 1), stats.beta.ppf(1 - tail, x + 1, size - x)]

# The sequential test with the arithmetic of Python, which is the same IEEE 754: look -> capital for pass, for regressed, exactly.
def sequential(margin, looks):
    stakes = [k / 64 for k in (1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48)]
    up, down, table = [1.0] * 12, [1.0] * 12, []
    for i in range(looks[-1]):
        candidate, baseline = ((i * i) % 4, 3), ((i * 5) % 3, 2)
        d = (candidate[0] * baseline[1] - baseline[0] * candidate[1]) / (candidate[1] * baseline[1])
        excess = d + margin
        up = [c * (1 + s * (excess / (1 - margin))) for c, s in zip(up, stakes)]
        down = [c * (1 + s * (-excess / (1 + margin))) for c, s in zip(down, stakes)]
        total = lambda capitals: functools.reduce(lambda a, b: a + b, capitals, 0.0) / 12
        if i + 1 in looks: table.append([i + 1, total(up), total(down)])
    return table

out["sequential"] = {"margin": 0.02, "looks": sequential(0.02, [1, 2, 10, 100, 1000])}
out["korn_graubard"] = korn_graubard(values, clusters)
print(json.dumps(out, indent=1))
