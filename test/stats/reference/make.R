# Reference values for test/stats, by R 4.2.2 (Debian package r-base-core; base packages only).
#   Rscript test/stats/reference/make.R > test/stats/reference/r.json && npx prettier --write test/stats/reference/r.json
# R is not needed to run the tests.
number <- function(x) ifelse(is.na(x), "null", formatC(x, digits = 17, format = "g", mode = "double"))
row <- function(...) paste0("[", paste(number(c(...)), collapse = ", "), "]")
rows <- function(name, list) cat(sprintf('  "%s": [\n    %s\n  ]', name, paste(unlist(list), collapse = ",\n    ")))
grid <- function(f, ...) { g <- expand.grid(...); lapply(seq_len(nrow(g)), function(i) do.call(f, as.list(g[i, ]))) }
comma <- function() cat(",\n")
cat(sprintf('{\n  "made_by": "%s, test/stats/reference/make.R",\n', R.version.string))

# z, P(Z > z)
rows("pnorm", lapply(c(0, 1e-9, 0.5, 1, 1.96, 2.5, 2.999, 3, 3.001, 4, 6, 10, 20, 30, -1, -3.5), function(z) row(z, pnorm(z, lower.tail = FALSE)))); comma()
# tail, quantile
rows("qnorm", lapply(c(0.4999, 0.4, 0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 1e-4, 1e-8, 1e-20, 0.9), function(p) row(p, qnorm(p, lower.tail = FALSE)))); comma()
# t, degrees, P(T > t)
rows("pt", grid(function(t, df) row(t, df, pt(t, df, lower.tail = FALSE)), t = c(0, 0.1, 1, 2, 5, 20, -1.5), df = c(1, 2, 3, 7, 30, 100, 1000, 1e5))); comma()
# tail, degrees, quantile
rows("qt", grid(function(p, df) row(p, df, qt(p, df, lower.tail = FALSE)), p = c(0.25, 0.05, 0.025, 0.005, 0.0001), df = c(1, 2, 4, 9, 29, 120, 5000))); comma()
# x, a, b, lower, upper
rows("pbeta", grid(function(x, a, b) row(x, a, b, pbeta(x, a, b), pbeta(x, a, b, lower.tail = FALSE)), x = c(1e-6, 0.01, 0.3, 0.5, 0.77, 0.999), a = c(0.5, 1, 3, 12.25, 400), b = c(0.5, 2, 7.5, 150, 99000))); comma()
# k, n, p, P(X = k), P(X <= k), P(X > k)
rows("binom", lapply(list(c(0, 10, 0.3), c(3, 10, 0.3), c(10, 10, 0.3), c(0, 1000, 1e-4), c(50, 100, 0.5), c(12, 100, 0.5), c(480, 1000, 0.5), c(99000, 100000, 0.99), c(5, 100000, 1e-5)),
  function(v) row(v, dbinom(v[1], v[2], v[3]), pbinom(v[1], v[2], v[3]), pbinom(v[1], v[2], v[3], lower.tail = FALSE)))); comma()
# successes, n, level, low, high: binom.test()
rows("clopper_pearson", lapply(list(c(0, 1), c(1, 1), c(0, 10), c(1, 10), c(5, 10), c(10, 10), c(1, 29), c(15, 148), c(81, 263), c(7, 1319), c(1234, 1319), c(50000, 100000), c(3, 100000)),
  function(v) lapply(c(0.9, 0.95, 0.99), function(level) { ci <- binom.test(v[1], v[2], conf.level = level)$conf.int; row(v, level, ci[1], ci[2]) }))); comma()
# successes, n, level, low, high: prop.test() without continuity correction
rows("wilson", lapply(list(c(0, 10), c(1, 10), c(5, 10), c(10, 10), c(15, 148), c(81, 263), c(1234, 1319)),
  function(v) lapply(c(0.9, 0.95, 0.99), function(level) { ci <- suppressWarnings(prop.test(v[1], v[2], conf.level = level, correct = FALSE)$conf.int); row(v, level, ci[1], ci[2]) }))); comma()
# gained, lost, p: binom.test() of the flips; mcnemar.test() has the asymptotic version only
rows("mcnemar", lapply(list(c(1, 0), c(0, 5), c(5, 5), c(1, 7), c(59, 16), c(10, 25), c(120, 80), c(1000, 1100), c(3, 40)),
  function(v) { p <- binom.test(v[1], sum(v))$p.value; row(v, p) })); comma()
# p, holm, BH: p.adjust()
ps <- c(0.01, 0.02, 0.03, 0.04, 0.05, 0.0001, 0.9, 0.02, 0.5, 1)
rows("p_adjust", Map(row, ps, p.adjust(ps, "holm"), p.adjust(ps, "BH"))); comma()
# paired t: baseline and candidate below, then estimate, standard error, low, high, p; and one-sided p against -0.05 and +0.05
a <- c(0.2, 0.5, 0.9, 1.0, 0.35, 0.6, 0.8, 0.1, 0.75, 0.4, 0.95, 0.55)
b <- c(0.3, 0.5, 0.85, 1.0, 0.5, 0.7, 0.95, 0.05, 0.9, 0.45, 1.0, 0.6)
t <- t.test(b, a, paired = TRUE)
low <- t.test(b, a, paired = TRUE, mu = -0.05, alternative = "greater")$p.value
high <- t.test(b, a, paired = TRUE, mu = 0.05, alternative = "less")$p.value
rows("paired_t", list(row(a), row(b), row(t$estimate, t$stderr, t$conf.int, t$p.value, low, high))); comma()
# effect, sd, alpha, sides, power, n of power.t.test(type = "paired"): slightly more than the normal formula
rows("power_t", grid(function(delta, sd, sides) { n <- power.t.test(delta = delta, sd = sd, sig.level = 0.05, power = 0.8, type = "paired", alternative = ifelse(sides == 1, "one.sided", "two.sided"))$n; row(delta, sd, sides, n) }, delta = c(0.02, 0.05, 0.1), sd = c(0.3, 0.55), sides = c(1, 2))); comma()
# ICC(1,1) of Shrout and Fleiss (1979), table 2, by aov(): mean squares between and within, ICC; then the same without three of the scores
scores <- c(9, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7)
item <- rep(1:6, each = 4)
parts <- function(keep) {
  m <- anova(aov(scores[keep] ~ factor(item[keep])))[["Mean Sq"]]
  k <- table(item[keep]); k0 <- (sum(k) - sum(k^2) / sum(k)) / (length(k) - 1)
  between <- (m[1] - m[2]) / k0
  row(m[2], between, between / (between + m[2]))
}
rows("icc", list(parts(rep(TRUE, 24)), parts(!(seq_along(item) %in% c(2, 3, 24))))); comma()
# n, right, k, pass@k, pass^k by hypergeometric tails
rows("pass", lapply(list(c(10, 3, 1), c(10, 3, 5), c(200, 13, 100), c(200, 1, 1), c(5, 5, 3), c(5, 0, 2), c(1000, 2, 10)),
  function(v) row(v, phyper(0, v[2], v[1] - v[2], v[3], lower.tail = FALSE), dhyper(v[3], v[2], v[1] - v[2], v[3])))); comma()
# Exact coverage of 95 % intervals, sum over k of dbinom: n, p, Wilson, Clopper-Pearson
coverage <- function(n, p) {
  k <- 0:n; z <- qnorm(0.975)
  centre <- (k + z^2 / 2) / (n + z^2); half <- z / (n + z^2) * sqrt(k * (n - k) / n + z^2 / 4)
  low <- qbeta(0.025, k, n - k + 1); high <- qbeta(0.975, k + 1, n - k)
  w <- dbinom(k, n, p)
  row(n, p, sum(w[centre - half <= p & p <= centre + half]), sum(w[low <= p & p <= high]))
}
rows("coverage", grid(coverage, n = c(10, 25, 50, 100, 500), p = c(0.003, 0.01, 0.05, 0.2, 0.37, 0.5, 0.9, 0.995))); comma()
# degrees, x, upper tail
rows("pchisq", grid(function(df, x) row(df, x, pchisq(x, df, lower.tail = FALSE)), df = c(1, 2, 3, 4, 9, 25), x = c(0, 0.1, 1, 3.84, 10, 27.9, 100, 700)))
cat("\n}\n")
