"""Goldens of @noosphere/train's metrics: scikit-learn and SciPy in float64, with ties, absent classes and 0/0.

    pip install scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
    python tools/goldens/metrics.py

A case is one call: {metric, arguments, options, value}; NaN and infinity are texts, as JSON has none.
"""

import json
import math
import warnings
from pathlib import Path

import numpy as np
from scipy import stats
from scipy.stats import _resampling
from sklearn import calibration
from sklearn import metrics as sk

TARGET = Path(__file__).parents[2] / "packages/train/src/metrics/goldens"
warnings.filterwarnings("ignore")


def plain(value):
    """JSON without NaN and infinities."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(each) for each in value]
    if isinstance(value, (np.integer, np.bool_)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else str(float(value))
    return str(value) if isinstance(value, np.str_) else value


def case(metric, arguments, value, **options):
    return plain({"metric": metric, "arguments": arguments, "options": options, "value": value})


def weighted(weights):
    return {} if weights is None else {"weights": weights}


def regression():
    generator = np.random.default_rng(1)
    actual = generator.normal(1e3, 2, 40)
    columns = {
        "offset": (actual, actual + generator.normal(0.3, 1, 40)),
        "zeros": (np.array([0, 0, 1.0, -2.0]), np.array([0, 1e-3, 1.5, -2.0])),
        "constant": (np.full(5, 2.0), np.array([2.0, 2.0, 2.0, 3.0, 2.0])),
        "perfect": (np.full(3, 2.0), np.full(3, 2.0)),
        "tied": (np.round(generator.normal(0, 2, 50)), np.round(generator.normal(0, 2, 50))),
        "one": (np.array([1.0]), np.array([3.0])),
        "huge": (1e9 + np.arange(10) / 7, 1e9 + np.arange(10) / 6.5),
    }
    references = {
        "meanAbsoluteError": sk.mean_absolute_error,
        "meanSquaredError": sk.mean_squared_error,
        "rootMeanSquaredError": sk.root_mean_squared_error,
        "r2": sk.r2_score,
        "explainedVariance": sk.explained_variance_score,
        "meanAbsolutePercentageError": sk.mean_absolute_percentage_error,
        "symmetricPercentageError": symmetric_percentage_error,
        "pinball": lambda a, p, sample_weight: sk.mean_pinball_loss(a, p, sample_weight=sample_weight, alpha=0.5),
    }
    cases = []
    for a, p in columns.values():
        for weights in (None, generator.integers(0, 4, len(a)) + (np.arange(len(a)) == 0)):
            for name, reference in references.items():
                cases.append(case(name, [a, p], reference(a, p, sample_weight=weights), **weighted(weights)))
        for quantile in (0, 0.1, 0.9, 1):
            cases.append(case("pinball", [a, p], sk.mean_pinball_loss(a, p, alpha=quantile), quantile=quantile))
        cases.append(case("medianAbsoluteError", [a, p], sk.median_absolute_error(a, p)))
        cases.append(case("maxError", [a, p], sk.max_error(a, p)))
        if len(a) > 1:
            cases.append(case("pearson", [a, p], stats.pearsonr(a, p).statistic))
            cases.append(case("spearman", [a, p], stats.spearmanr(a, p).statistic))
    return cases


def symmetric_percentage_error(actual, predicted, sample_weight):
    total = np.abs(actual) + np.abs(predicted)
    terms = np.divide(2 * np.abs(actual - predicted), total, out=np.zeros_like(total), where=total > 0)
    return np.average(terms, weights=sample_weight)


def label_columns(generator):
    names = np.array(["ant", "bee", "cat", "dog"])
    many = generator.integers(0, 4, 60)
    guess = np.where(generator.random(60) < 0.6, many, generator.integers(0, 4, 60))
    return {
        "binary": (generator.integers(0, 2, 40), generator.integers(0, 2, 40)),
        "many": (many, guess),
        "texts": (names[many], names[guess]),
        "never predicted": (np.array([0, 1, 2, 2, 1]), np.array([0, 0, 2, 2, 0])),
        "only predicted": (np.array([0, 0, 1, 1]), np.array([0, 2, 1, 2])),
        "one class": (np.array([1, 1, 1]), np.array([1, 1, 1])),
        "disjoint": (np.array([0, 0]), np.array([1, 1])),
        "negative": (np.array([0, 0, 0]), np.array([0, 0, 0])),
    }


def classification():
    generator = np.random.default_rng(2)
    cases = []
    for name, (a, p) in label_columns(generator).items():
        for weights in (None, (generator.integers(1, 12, len(a))) / 8):
            options = weighted(weights)
            add = lambda metric, value, **more: cases.append(case(metric, [a, p], value, **options, **more))
            add("accuracy", sk.accuracy_score(a, p, sample_weight=weights))
            add("balancedAccuracy", sk.balanced_accuracy_score(a, p, sample_weight=weights))
            if len(set(a)) > 1:
                add(
                    "balancedAccuracy",
                    sk.balanced_accuracy_score(a, p, sample_weight=weights, adjusted=True),
                    adjusted=True,
                )
            add("matthewsCorrelation", sk.matthews_corrcoef(a, p, sample_weight=weights))
            for ours, theirs in {"equal": None, "linear": "linear", "quadratic": "quadratic"}.items():
                add("cohenKappa", sk.cohen_kappa_score(a, p, weights=theirs, sample_weight=weights), cost=ours)
            for ours, theirs in {"actual": "true", "predicted": "pred", "all": "all"}.items():
                counts = sk.confusion_matrix(a, p, normalize=theirs, sample_weight=weights)
                add("confusionMatrix", counts, normalize=ours)
            add("confusionMatrix", sk.confusion_matrix(a, p, sample_weight=weights))
            for zero in (0, 1, np.nan):
                averages = ["micro", "macro", "weighted"] + (["binary"] if set(a) | set(p) <= {0, 1} else [])
                for average in averages:
                    scores = dict(average=average, zero_division=zero, sample_weight=weights)
                    more = dict(average=average, zeroDivision=zero)
                    add("precision", sk.precision_score(a, p, **scores), **more)
                    add("recall", sk.recall_score(a, p, **scores), **more)
                    add("f1", sk.f1_score(a, p, **scores), **more)
                    for beta in (0.5, 2):
                        add("fBeta", sk.fbeta_score(a, p, beta=beta, **scores), beta=beta, **more)
                scores = sk.precision_recall_fscore_support(a, p, zero_division=zero, sample_weight=weights)
                add("classScores", [np.asarray(each, float) for each in scores], zeroDivision=zero)
            # Where no row is told right, scikit-learn prints counts as fractions: 2.0 rows.
            if name != "disjoint":
                add("classificationReport", sk.classification_report(a, p, sample_weight=weights))
        add = lambda metric, value, **more: cases.append(case(metric, [a, p], value, **more))
        if name != "disjoint":
            report = sk.classification_report(a, p, digits=4, zero_division=np.nan)
            add("classificationReport", report, digits=4, zeroDivision=np.nan)
        if name == "many":
            add("classificationReport", sk.classification_report(a, p, labels=[3, 1]), labels=[3, 1])
            target = ["a", "bb", "a much longer class", "d"]
            add("classificationReport", sk.classification_report(a, p, target_names=target), names=target)
            add("f1", sk.f1_score(a, p, labels=[3, 1], average="micro"), labels=[3, 1], average="micro")
            add("f1", sk.f1_score(a, p, labels=[3, 1], average="macro"), labels=[3, 1], average="macro")
            add("confusionMatrix", sk.confusion_matrix(a, p, labels=[3, 1]), labels=[3, 1])
    return cases


def scores():
    generator = np.random.default_rng(3)
    cases = []
    binary = {
        "few": (np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])),
        "tied": (generator.integers(0, 2, 60), np.round(generator.random(60), 1)),
        "spread": (generator.integers(0, 2, 50), generator.random(50)),
        "all equal": (np.array([0, 1, 1]), np.full(3, 0.5)),
        "only positive": (np.array([1, 1, 1]), np.array([0.2, 0.4, 0.4])),
        "only negative": (np.array([0, 0, 0]), np.array([0.2, 0.4, 0.4])),
        "certain": (np.array([0, 1, 1, 0]), np.array([0.0, 1.0, 0.0, 1.0])),
    }
    for a, s in binary.values():
        for weights in (None, generator.integers(0, 3, len(a)) + (np.arange(len(a)) < 3)):
            options = weighted(weights)
            add = lambda metric, value, **more: cases.append(case(metric, [a, s], value, **options, **more))
            kept = dict(sample_weight=weights, pos_label=1)
            add("rocAuc", sk.roc_auc_score(a, s, sample_weight=weights))
            add("averagePrecision", sk.average_precision_score(a, s, sample_weight=weights))
            add("rocCurve", sk.roc_curve(a, s, **kept))
            add("rocCurve", sk.roc_curve(a, s, drop_intermediate=False, **kept), allPoints=True)
            add("precisionRecallCurve", sk.precision_recall_curve(a, s, **kept))
            add("brierScore", sk.brier_score_loss(a, s, pos_label=1, sample_weight=weights, labels=[0, 1]))
            add("logLoss", sk.log_loss(a, s, sample_weight=weights, labels=[0, 1]))
            add("calibrationError", calibration_error(s, a, weights, 10))
            add("calibrationError", calibration_error(s, a, weights, 4), bins=4)
        for strategy in ("uniform", "quantile"):
            curve = calibration.calibration_curve(a, s, n_bins=5, strategy=strategy, pos_label=1)
            cases.append(case("calibrationCurve", [a, s], curve, bins=5, strategy=strategy))
    for digits in (1, 6):
        a = generator.integers(0, 4, 60)
        raw = np.round(generator.random((60, 4)) + 0.05 + 0.5 * np.eye(4)[a], digits)
        table = raw / raw.sum(axis=1, keepdims=True)
        for weights in (None, generator.integers(1, 3, 60)):
            options = weighted(weights)
            add = lambda metric, value, **more: cases.append(case(metric, [a, table], value, **options, **more))
            kept = dict(sample_weight=weights)
            for average in ("macro", "weighted", "micro"):
                add("rocAuc", sk.roc_auc_score(a, table, multi_class="ovr", average=average, **kept), average=average)
                add("averagePrecision", sk.average_precision_score(a, table, average=average, **kept), average=average)
            add("classRocAucs", sk.roc_auc_score(a, table, multi_class="ovr", average=None, **kept))
            add("classAveragePrecisions", sk.average_precision_score(a, table, average=None, **kept))
            for k in (1, 2, 3):
                add("topKAccuracy", sk.top_k_accuracy_score(a, table, k=k, **kept), k=k)
            add("logLoss", sk.log_loss(a, table, **kept))
            add("brierScore", sk.brier_score_loss(a, table, **kept))
            chosen = table.argmax(axis=1)
            add("calibrationError", calibration_error(table.max(axis=1), chosen == a, weights, 10))
    # A class that has a column, but no row.
    a = np.array([0, 2, 2, 0, 2])
    table = np.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.1, 0.6, 0.3], [0.5, 0.25, 0.25], [0.1, 0.1, 0.8]])
    cases.append(case("logLoss", [a, table], sk.log_loss(a, table, labels=[0, 1, 2]), labels=[0, 1, 2]))
    cases.append(case("topKAccuracy", [a, table], sk.top_k_accuracy_score(a, table, k=2, labels=[0, 1, 2]), k=2))
    weighted_area = sk.roc_auc_score(a, table, multi_class="ovr", average="weighted", labels=[0, 1, 2])
    cases.append(case("rocAuc", [a, table], weighted_area, average="weighted"))
    return cases


def calibration_error(probability, outcome, weights, bins):
    """Guo et al. (2017), equation 3, by masks; the bins are (low, high] as in the paper."""
    weights = np.ones(len(probability)) if weights is None else weights
    edges = np.linspace(0, 1, bins + 1)
    error = 0.0
    for index in range(bins):
        inside = (probability > edges[index]) & (probability <= edges[index + 1])
        inside |= (probability == 0) & (index == 0)
        if weights[inside].sum() > 0:
            share = np.average(outcome[inside], weights=weights[inside])
            error += weights[inside].sum() * abs(share - np.average(probability[inside], weights=weights[inside]))
    return error / weights.sum()


def ranking():
    generator = np.random.default_rng(4)
    cases = []
    for digits in (1, 8):
        relevance = generator.integers(0, 4, (12, 7)) * (generator.random((12, 7)) < 0.5)
        relevance[3] = 0
        table = np.round(generator.random((12, 7)), digits)
        weights = generator.integers(1, 4, 12)
        for k in (None, 1, 3, 7, 9):
            more = {} if k is None else {"k": k}
            cases.append(case("ndcg", [relevance, table], sk.ndcg_score(relevance, table, k=k), **more))
            cases.append(
                case("ndcg", [relevance, table], sk.ndcg_score(relevance, table, k=k, sample_weight=weights), weights=weights, **more)
            )
            exponential = sk.ndcg_score(2.0**relevance - 1, table, k=k)
            cases.append(case("ndcg", [relevance, table], exponential, gain="exponential", **more))
            for name, value in by_hand(relevance > 0, table, k).items():
                cases.append(case(name, [relevance, table], value, **more))
                cases.append(case(name, [relevance, table], np.average(value, weights=weights), weights=weights, **more))
        for each in cases:
            if isinstance(each["value"], list):
                each["value"] = float(np.mean(each["value"]))
    # Without ties, scikit-learn's label ranking average precision is the mean average precision.
    relevance = (generator.random((9, 6)) < 0.4).astype(int)
    relevance[:, 0] = 1
    table = generator.random((9, 6))
    cases.append(case("meanAveragePrecision", [relevance, table], sk.label_ranking_average_precision_score(relevance, table)))
    return cases


def by_hand(relevant, table, k):
    """One value a query, by sorting stably."""
    values = {"meanReciprocalRank": [], "hitRate": [], "precisionAt": [], "recallAt": [], "meanAveragePrecision": []}
    for truth, row in zip(relevant, table):
        ranked = truth[np.argsort(-row, kind="stable")]
        top = ranked[:k]
        places = np.flatnonzero(top) + 1
        values["meanReciprocalRank"].append(1 / places[0] if len(places) else 0.0)
        values["hitRate"].append(float(len(places) > 0))
        values["precisionAt"].append(top.sum() / (k or len(row)))
        values["recallAt"].append(top.sum() / truth.sum() if truth.any() else 0.0)
        precisions = np.cumsum(top) / np.arange(1, len(top) + 1)
        divisor = min(truth.sum(), k or truth.sum())
        values["meanAveragePrecision"].append(precisions[top].sum() / divisor if truth.any() else 0.0)
    return values


def intervals():
    """BCa and percentile bounds of SciPy from the same draws, and the normal distribution."""
    generator = np.random.default_rng(5)
    cases = []
    for data in (generator.exponential(size=25), np.round(generator.normal(size=30), 1)):
        draws = np.sort([data[generator.integers(0, len(data), len(data))].mean() for _ in range(400)])
        left_out = np.array([np.delete(data, index).mean() for index in range(len(data))])
        for confidence in (0.9, 0.95):
            alpha = (1 - confidence) / 2
            mean = lambda sample, axis: np.mean(sample, axis=axis)
            low, high, _ = _resampling._bca_interval((data,), mean, -1, alpha, draws, None, np)
            cases.append({
                "confidence": confidence,
                "value": data.mean(),
                "draws": draws,
                "leftOut": left_out,
                "percentile": np.quantile(draws, [alpha, 1 - alpha]),
                "bca": np.quantile(draws, [float(np.squeeze(low)), float(np.squeeze(high))]),
            })
    x = np.array([-37, -12, -6, -5, -3, -1, -1e-9, 0, 0.3, 1, 2, 4.9, 5.1, 8])
    p = np.array([1e-300, 1e-20, 1e-5, 0.01, 0.3, 0.5, 0.7, 0.999, 1 - 1e-12])
    normal = {"x": x, "cumulative": stats.norm.cdf(x), "p": p, "quantile": stats.norm.ppf(p)}
    return {"intervals": cases, "normal": normal}


def main():
    TARGET.mkdir(exist_ok=True)
    for family in (regression, classification, scores, ranking, intervals):
        text = json.dumps(plain(family()), separators=(",", ":"), allow_nan=False)
        (TARGET / f"{family.__name__}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
