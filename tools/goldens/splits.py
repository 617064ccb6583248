"""Goldens of @noosphere/train's folds and class weights: scikit-learn's, without shuffling.

    python tools/goldens/splits.py
"""

import json
from pathlib import Path

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit
from sklearn.utils.class_weight import compute_class_weight

TARGET = Path(__file__).parents[2] / "packages/train/src/data/goldens/splits.json"


def folds(splitter, *columns):
    return [{"train": train.tolist(), "test": test.tolist()} for train, test in splitter.split(*columns)]


def main():
    generator = np.random.default_rng(7)
    labels = np.concatenate([np.zeros(9, int), np.ones(17, int), np.full(11, 2)])
    generator.shuffle(labels)
    groups = generator.integers(0, 8, 40)
    rows = np.zeros((23, 1))
    goldens = {
        "kFold": [{"rows": 23, "folds": k, "parts": folds(KFold(k), rows)} for k in (2, 5, 23)],
        "stratifiedKFold": [
            {"labels": labels.tolist(), "folds": k, "parts": folds(StratifiedKFold(k), labels, labels)} for k in (2, 4, 9)
        ],
        "groupKFold": [
            {"groups": groups.tolist(), "folds": k, "parts": folds(GroupKFold(k), groups, groups, groups)} for k in (2, 3, 7)
        ],
        "timeFolds": [
            {"rows": 23, "options": ours, "parts": folds(TimeSeriesSplit(**theirs), rows)}
            for ours, theirs in (
                ({"folds": 4}, {"n_splits": 4}),
                ({"folds": 3, "testTimes": 2, "gap": 3}, {"n_splits": 3, "test_size": 2, "gap": 3}),
                ({"folds": 5, "trainTimes": 4}, {"n_splits": 5, "max_train_size": 4}),
            )
        ],
        "classWeights": {
            "labels": labels.tolist(),
            "weights": compute_class_weight("balanced", classes=np.arange(3), y=labels).tolist(),
        },
    }
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(goldens, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
