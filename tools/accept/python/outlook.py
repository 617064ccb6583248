"""Forecasts of the main job, computed again from raw prices: python outlook.py RUN_FOLDER DATA_FOLDER SP500_CSV

Shares no code with the job: prices, returns, windows, the split and the naive forecasts are made here with NumPy, the trained
ones by Python onnxruntime from the saved files. Prints {"largestDifference": ..., "largestMetricDifference": ..., ...} over
every forecast in the run's CSV files and every metric in its result.json.
"""
import csv
import datetime
import gzip
import json
import pathlib
import sys

import numpy as np
import onnxruntime

LOOKBACK, SEASON, TEST_SHARE = 10, 5, 0.2
BARS = ["Open", "High", "Low", "Close", "Volume"]


def rows_of(path):
    opened = gzip.open(path, "rt") if str(path).endswith(".gz") else open(path)
    with opened as file:
        yield from csv.DictReader(file)


def adjusted(rows, date, names, adjusted_close):
    """Bars with splits and dividends taken out: [days, 5]."""
    dates = [row[date] for row in rows]
    bars = np.array([[float(row[name]) for name in names] for row in rows])
    factor = np.array([float(row[adjusted_close]) for row in rows]) / bars[:, 3]
    bars[:, :4] *= factor[:, None]
    bars[:, 4] /= factor
    bars[:, 3] = [float(row[adjusted_close]) for row in rows]
    return dates, bars


def load(data, sp500):
    """{series: (dates, closes, bars or None)}"""
    series = {}
    stocks = list(rows_of(data / "stocks-ohlcv.csv.gz"))
    for ticker in ["AAPL", "IBM", "MSFT", "GOOG"]:
        dates, bars = adjusted([row for row in stocks if row["Ticker"] == ticker], "Date", BARS, "Adj Close")
        series[ticker] = (dates, bars[:, 3], bars)
    dates, bars = adjusted(list(rows_of(sp500)), "date", [name.lower() for name in BARS], "adjclose")
    series["S&P 500"] = (dates, bars[:, 3], bars)
    wti = [row for row in rows_of(data / "wti-daily.csv.gz") if row["DCOILWTICO"] != "."]
    dates = [datetime.datetime.strptime(row["Date"], "%m/%d/%Y").date().isoformat() for row in wti]
    series["WTI"] = (dates, np.array([float(row["DCOILWTICO"]) for row in wti]), None)
    euro = list(rows_of(data / "euro-reference-rates.csv.gz"))[::-1]
    for code in ["USD", "JPY", "GBP", "CHF"]:
        known = [row for row in euro if row[code] != "N/A"]
        series[f"EUR/{code}"] = ([row["Date"] for row in known], np.array([float(row[code]) for row in known]), None)
    return series


def onnx_forecast(path, closes, bars, origins):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    values = closes if given.name == "prices" else bars
    windows = np.stack([values[origin - LOOKBACK : origin + 1] for origin in origins])
    (result,) = session.run(["log_return"], {given.name: windows.astype(np.float64)})
    return result.astype(np.float64)


def forecasts(table, closes, bars, run_folder):
    """Origins of the test part, what happened, the scale of MASE, and {row: forecast}."""
    days, horizon = len(closes), table["horizon"]
    first_test_day = int((1 - TEST_SHARE) * days)
    log_close = np.log(closes)
    training = np.arange(LOOKBACK, first_test_day - horizon)
    origins = np.arange(first_test_day - 1, days - horizon)
    targets = log_close[training + horizon] - log_close[training]
    daily = np.diff(log_close, prepend=np.nan)
    made = {
        "zero": np.zeros(len(origins)),
        "mean": np.full(len(origins), targets.mean()),
        "seasonal": sum(daily[origins + ahead - SEASON] for ahead in range(1, horizon + 1)),
    }
    for row in table["rows"]:
        if "files" in row:
            made[row["row"]] = onnx_forecast(run_folder / row["files"]["onnx"], closes, bars, origins)
    return origins, log_close[origins + horizon] - log_close[origins], np.abs(targets).mean(), made


def metric_differences(row, actual, forecast, scale):
    error = actual - forecast
    yield abs(row["mae"] - np.abs(error).mean())
    yield abs(row["rmse"] - np.sqrt((error**2).mean()))
    yield abs(row["mase"] - np.abs(error).mean() / scale)
    signs = np.sign(actual) * np.sign(forecast)
    if row["hitRate"] is not None:
        yield abs(row["hitRate"]["rate"] - (signs > 0).sum() / (signs != 0).sum())


def main(run_folder, data, sp500):
    series = load(data, sp500)
    result = json.loads((run_folder / "result.json").read_text())
    largest, metric_largest, count, worst = 0.0, 0.0, 0, None
    for table in result["tables"]:
        dates, closes, bars = series[table["series"]]
        origins, actual, scale, made = forecasts(table, closes, bars, run_folder)
        written = list(rows_of(run_folder / table["forecastsFile"]))
        expected = [(dates[origin], dates[origin + table["horizon"]]) for origin in origins]
        if [(row["origin"], row["target"]) for row in written] != expected:
            raise SystemExit(f"{table['forecastsFile']}: other days than those of the last fifth")
        for row in table["rows"]:
            column = np.array([float(each[row["row"]]) for each in written])
            difference = np.abs(column - made[row["row"]]).max()
            count += len(column)
            metric_largest = max(metric_largest, *metric_differences(row, actual, made[row["row"]], scale))
            if not np.isfinite(difference):
                raise SystemExit(f"{table['forecastsFile']}: {row['row']} has forecasts that are no numbers")
            if difference >= largest:
                largest, worst = float(difference), f"{table['series']}, {table['horizon']} days, {row['row']}"
    print(
        json.dumps(
            {
                "largestDifference": largest,
                "largestMetricDifference": float(metric_largest),
                "worst": worst,
                "forecasts": count,
                "tables": len(result["tables"]),
                "onnxruntime": onnxruntime.__version__,
            }
        )
    )


main(*map(pathlib.Path, sys.argv[1:]))
