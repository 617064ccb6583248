"""Goldens of portfolios: PyPortfolioOpt, skfolio and Riskfolio on a small simulated table, and their weights on real prices.

    pip install pyportfolioopt==1.6.0 skfolio==1.12.2 riskfolio-lib==7.4.0
    NOOSPHERE_DATA=/path/to/data python tools/goldens/portfolio.py

Without NOOSPHERE_DATA only the simulated part is written. Convex problems are solved by Clarabel to 1e-10, as the default of
some of these libraries stops at 1e-4. The real prices stay out of the repository; what is computed from them is stored.
"""

import json
import os
import warnings
from pathlib import Path

import cvxpy as cp
import numpy as np
import pandas as pd
import riskfolio
from pypfopt import BlackLittermanModel, CovarianceShrinkage, DiscreteAllocation, EfficientFrontier, HRPOpt
from pypfopt import expected_returns, risk_models
from skfolio import RiskMeasure
from skfolio.model_selection import CombinatorialPurgedCV
from skfolio.optimization import HierarchicalRiskParity, MeanRisk, ObjectiveFunction, RiskBudgeting
from skfolio.prior import BlackLitterman

warnings.filterwarnings("ignore")
FOLDER = Path(__file__).parents[2] / "packages/decide/src/goldens"
TIGHT = {"tol_gap_abs": 1e-11, "tol_gap_rel": 1e-11, "tol_feas": 1e-11}
SOLVER = {"solver": "CLARABEL", "solver_params": TIGHT}


def frontier(mu, covariance, bounds=(0, 1)):
    return EfficientFrontier(mu, covariance, weight_bounds=bounds, solver="CLARABEL", solver_options=TIGHT)


def weights(values):
    return [float(v) for v in (values.values() if hasattr(values, "values") and callable(values.values) else values)]


def moments(prices):
    shrink = lambda: CovarianceShrinkage(prices)
    return {
        "mean": expected_returns.mean_historical_return(prices).tolist(),
        "arithmetic": expected_returns.mean_historical_return(prices, compounding=False).tolist(),
        "exponential": expected_returns.ema_historical_return(prices, span=60).tolist(),
        "capm": expected_returns.capm_return(prices, risk_free_rate=0.01).tolist(),
        "sample": risk_models.sample_cov(prices).values.tolist(),
        "exponentialCovariance": risk_models.exp_cov(prices, span=60).values.tolist(),
        "constantVariance": shrink().ledoit_wolf().values.tolist(),
        "singleFactor": shrink().ledoit_wolf("single_factor").values.tolist(),
        "constantCorrelation": shrink().ledoit_wolf("constant_correlation").values.tolist(),
        "oracle": shrink().oracle_approximating().values.tolist(),
    }


def mean_variance(mu, covariance):
    def limited(method, **arguments):
        model = frontier(mu, covariance)
        names = list(mu.index)
        model.add_sector_constraints({name: "first" if at < 3 else "rest" for at, name in enumerate(names)}, {"first": 0.3}, {"first": 0.4})
        return weights(getattr(model, method)(**arguments))

    safest = frontier(mu, covariance)
    lowest_volatility = weights(safest.min_volatility())
    volatility = 1.2 * float(safest.portfolio_performance()[1])
    highest, lowest = float(mu.max()), float(mu.min())
    middle = (highest + lowest) / 2
    return {
        "minimumVolatility": lowest_volatility,
        "maximumSharpe": weights(frontier(mu, covariance).max_sharpe(risk_free_rate=0)),
        "maximumSharpeOverTwoPercent": weights(frontier(mu, covariance).max_sharpe(risk_free_rate=0.02)),
        "maximumSharpeBounded": weights(frontier(mu, covariance, (0.02, 0.3)).max_sharpe(risk_free_rate=0.02)),
        "maximumSharpeLongShort": weights(frontier(mu, covariance, (-0.5, 1)).max_sharpe(risk_free_rate=0.02)),
        "middleReturn": middle,
        "targetReturn": weights(frontier(mu, covariance).efficient_return(middle)),
        "middleVolatility": volatility,
        "targetVolatility": weights(frontier(mu, covariance).efficient_risk(volatility)),
        "quadraticUtility": weights(frontier(mu, covariance).max_quadratic_utility(risk_aversion=3)),
        "groupedMinimumVolatility": limited("min_volatility"),
        "groupedMaximumSharpe": limited("max_sharpe", risk_free_rate=0),
    }


def mean_risk(X, measure=RiskMeasure.VARIANCE, objective=ObjectiveFunction.MINIMIZE_RISK, **options):
    return weights(MeanRisk(risk_measure=measure, objective_function=objective, **SOLVER, **options).fit(X).weights_)


def riskfolio_of(X):
    portfolio = riskfolio.Portfolio(returns=X)
    portfolio.assets_stats(method_mu="hist", method_cov="hist")
    portfolio.solvers = ["CLARABEL"]
    portfolio.sol_params = {"CLARABEL": TIGHT}
    return portfolio


def clustered(X, linkage, ordered):
    model = riskfolio.HCPortfolio(returns=X)
    result = model.optimization(model="HRP", codependence="pearson", rm="MV", linkage=linkage, leaf_order=ordered)
    return weights(result["weights"])


def by_skfolio(X, views, confidences):
    count = X.shape[1]
    budget = np.arange(1, count + 1) / np.arange(1, count + 1).sum()
    prior = BlackLitterman(views=views, tau=0.05)
    confident = BlackLitterman(views=views, tau=0.05, view_confidences=confidences)
    posterior = prior.fit(X).return_distribution_
    before = np.full(count, 1 / count)
    mean = float(X.mean().mean())
    tail = {"measure": RiskMeasure.CVAR, "cvar_beta": 0.95}
    parity = lambda budget: weights(RiskBudgeting(risk_measure=RiskMeasure.VARIANCE, risk_budget=budget, **SOLVER).fit(X).weights_)
    return {
        "minimumCvar": mean_risk(X, **tail),
        "meanReturn": mean,
        "targetReturnCvar": mean_risk(X, min_return=mean, **tail),
        "minimumCdar": mean_risk(X, measure=RiskMeasure.CDAR, cdar_beta=0.95),
        "minimumVariance": mean_risk(X),
        "riskParity": parity(None),
        "budget": budget.tolist(),
        "riskBudgeting": parity(budget),
        "utilityWithCosts": mean_risk(
            X, objective=ObjectiveFunction.MAXIMIZE_UTILITY, risk_aversion=2, transaction_costs=2e-4, previous_weights=before
        ),
        "turnover": mean_risk(X, add_constraints=lambda w: cp.norm1(w - before) <= 0.3),
        "hierarchical": weights(HierarchicalRiskParity().fit(X).weights_),
        "confidences": confidences,
        "posteriorMean": posterior.mu.tolist(),
        "posteriorVariances": np.diag(posterior.covariance).tolist(),
        "confidentMean": confident.fit(X).return_distribution_.mu.tolist(),
        "blackLittermanSharpe": mean_risk(X, objective=ObjectiveFunction.MAXIMIZE_RATIO, prior_estimator=BlackLitterman(views=views, tau=0.05)),
        "confidentSharpe": mean_risk(
            X, objective=ObjectiveFunction.MAXIMIZE_RATIO, prior_estimator=BlackLitterman(views=views, tau=0.05, view_confidences=confidences)
        ),
    }


def by_riskfolio(X):
    tail = riskfolio_of(X)
    return {
        "minimumCvar": weights(tail.optimization(model="Classic", rm="CVaR", obj="MinRisk", hist=True)["weights"]),
        "minimumCdar": weights(riskfolio_of(X).optimization(model="Classic", rm="CDaR", obj="MinRisk", hist=True)["weights"]),
        "maximumSharpe": weights(riskfolio_of(X).optimization(model="Classic", rm="MV", obj="Sharpe", rf=0, hist=True)["weights"]),
        "riskParity": weights(riskfolio_of(X).rp_optimization(model="Classic", rm="MV", rf=0, b=None, hist=True)["weights"]),
        **{f"hierarchical-{linkage}": clustered(X, linkage, True) for linkage in ("single", "complete", "average", "ward")},
        **{f"unordered-{linkage}": clustered(X, linkage, False) for linkage in ("single", "complete", "average", "ward")},
    }


def lots(allocation_weights, prices, value):
    def shares(result):
        allocation, left = result
        return {"shares": [int(allocation.get(name, 0)) for name in prices.index], "left": float(left)}

    model = lambda: DiscreteAllocation(dict(zip(prices.index, allocation_weights)), prices, total_portfolio_value=value)
    return {
        "weights": list(allocation_weights), "prices": prices.tolist(), "value": value,
        "greedy": shares(model().greedy_portfolio()), "exact": shares(model().lp_portfolio(solver="HIGHS")),
    }


def walk_forward(X, train, test, cost):
    """Inverse volatility, in money instead of weights: amounts held, paid for and left to drift."""
    returns, money, held, history, row = X.values, 1.0, np.zeros(X.shape[1]), [], train
    while row < len(returns):
        inverse = 1 / returns[row - train : row].std(axis=0, ddof=1)
        share = inverse / inverse.sum()
        # Costs are a share of the value, for the difference of the weights; the rest is spread.
        paid = cost * np.abs(share - held / money).sum() * money
        held = share * (money - paid)
        for day in range(row, min(row + test, len(returns))):
            before = money
            held = held * (1 + returns[day])
            money = held.sum()
            history.append(money / before - 1)
        row += test
    series = pd.Series(history)
    value = (1 + series).cumprod()
    peak = np.maximum(1, value.cummax())
    return {
        "train": train, "test": test, "cost": cost, "returns": history,
        "annualReturn": float(value.iloc[-1] ** (252 / len(series)) - 1), "annualVolatility": float(series.std() * np.sqrt(252)),
        "sharpe": float(series.mean() / series.std() * np.sqrt(252)),
        "sortino": float(series.mean() * np.sqrt(252) / np.sqrt((series.clip(upper=0) ** 2).mean())),
        "maximumDrawdown": float((1 - value / peak).max()),
    }


def folds(rows, groups, tests, purge, embargo):
    model = CombinatorialPurgedCV(n_folds=groups, n_test_folds=tests, purged_size=purge, embargo_size=embargo)
    return {
        "rows": rows, "groups": groups, "testGroups": tests, "purge": purge, "embargo": embargo,
        "train": [train.tolist() for train, _ in model.split(np.zeros((rows, 1)))],
        "test": [[block.tolist() for block in test] for _, test in model.split(np.zeros((rows, 1)))],
        "paths": model.get_path_ids().tolist(),
    }


def simulated():
    rng = np.random.default_rng(7)
    days, count = 260, 8
    loadings = rng.uniform(0.4, 1.4, count)
    market = rng.standard_t(5, days)
    market = (market - market.mean()) * 0.008 + 0.0006
    noise = rng.standard_t(5, (days, count)) * rng.uniform(0.004, 0.012, count)
    noise += rng.uniform(-0.0003, 0.0005, count) - noise.mean(axis=0)
    returns = np.round(market[:, None] * loadings + noise, 5)
    prices = 100 * np.vstack([np.ones(count), np.cumprod(1 + returns, axis=0)])
    names = list("ABCDEFGH")
    dates = pd.bdate_range("2020-01-01", periods=days + 1)
    prices = pd.DataFrame(prices, dates, names)
    X = pd.DataFrame(returns, dates[1:], names)
    mu, covariance = expected_returns.mean_historical_return(prices, compounding=False), risk_models.sample_cov(prices)
    sharpe = frontier(mu, covariance).max_sharpe(risk_free_rate=0)
    views, confidences = ["A = 0.001", "B - C = 0.0005", "D - E = -0.0002"], [0.3, 0.6, 0.9]
    relative = BlackLittermanModel(covariance, pi=mu, absolute_views={"A": 0.1, "C": 0.2}, omega="idzorek", view_confidences=[0.4, 0.8])
    return {
        "returns": X.values.T.tolist(), "moments": moments(prices), "meanVariance": mean_variance(mu, covariance),
        "skfolio": by_skfolio(X, views, confidences), "riskfolio": by_riskfolio(X),
        "pypfopt": {
            "hierarchical": weights(HRPOpt(X).optimize()),
            "blackLittermanMean": relative.bl_returns().tolist(), "blackLittermanCovariance": relative.bl_cov().values.tolist(),
        },
        "lots": [lots(np.round(weights(sharpe), 4).tolist(), prices.iloc[-1], 20_000), lots([1 / count] * count, prices.iloc[-1], 3_000)],
        "walkForward": walk_forward(X, 100, 20, 0.002), "folds": folds(40, 5, 2, 1, 2),
    }


def real(data):
    gz = lambda name: pd.read_csv(data / "finance" / name, index_col=0, parse_dates=True)
    prices = gz("pyportfolioopt/stock_prices.csv.gz")
    mu, covariance = expected_returns.mean_historical_return(prices), risk_models.sample_cov(prices)
    X = gz("stocks/sp500_20_stocks.csv.gz").pct_change(fill_method=None).dropna()
    views, confidences = ["AAPL = 0.00098", "JPM - GE = 0.0002", "KO - PEP = 0.0001"], [0.3, 0.6, 0.9]
    return {
        "pypfopt": {"names": list(prices.columns), **mean_variance(mu, covariance)},
        "stocks": {"names": list(X.columns), "skfolio": by_skfolio(X, views, confidences), "riskfolio": by_riskfolio(X),
                   "pypfopt": {"hierarchical": weights(HRPOpt(X).optimize())}},
    }


def write(name, goldens):
    (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
    (FOLDER / name).write_text(json.dumps(goldens) + "\n")


if __name__ == "__main__":
    write("portfolio.json", simulated())
    if "NOOSPHERE_DATA" in os.environ:
        write("portfolio-stocks.json", real(Path(os.environ["NOOSPHERE_DATA"])))
