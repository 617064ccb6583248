"""The benchmark models in PyTorch, written as its users write them. Each module returns the loss of a batch."""

import torch
from torch import nn
from torch.nn import functional as F


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 64)
        self.fc2 = nn.Linear(64, 1)

    def forward(self, x, y):
        return F.mse_loss(self.fc2(F.relu(self.fc1(x))), y)


class SmallCnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, 5)
        self.conv2 = nn.Conv2d(10, 20, 5)
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, 10)

    def forward(self, x, y):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2(x), 2))
        return F.cross_entropy(self.fc2(F.relu(self.fc1(x.flatten(1)))), y)


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.conv3 = nn.Conv2d(64, 128, 3, padding=1)
        self.fc1 = nn.Linear(128 * 16 * 16, 128)
        self.fc2 = nn.Linear(128, 5)

    def forward(self, x, y):
        for convolution in (self.conv1, self.conv2, self.conv3):
            x = F.max_pool2d(F.relu(convolution(x)), 2)
        return F.cross_entropy(self.fc2(F.relu(self.fc1(x.flatten(1)))), y)


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(5, 64)
        self.head = nn.Linear(64, 1)

    def forward(self, x, y):  # x [T, N, I]
        _, (hidden, _) = self.lstm(x)
        return F.mse_loss(self.head(hidden[0]), y)


class Encoder(nn.Module):
    def __init__(self, dropout=0.0):
        super().__init__()
        self.token = nn.Embedding(30522, 384)
        self.position = nn.Embedding(128, 384)
        layer = nn.TransformerEncoderLayer(384, 12, 1536, dropout, "gelu", batch_first=True, norm_first=False)
        self.encoder = nn.TransformerEncoder(layer, 6, enable_nested_tensor=False)
        self.head = nn.Linear(384, 9)

    def forward(self, x, y):  # x [N, L] token numbers, y [N, L] classes
        x = self.token(x) + self.position.weight
        return F.cross_entropy(self.head(self.encoder(x)).flatten(0, 1), y.flatten())


MODELS = {
    "mlp": Mlp,
    "small-cnn": SmallCnn,
    "cnn": Cnn,
    "lstm": Lstm,
    "encoder": Encoder,
    "encoder-dropout": lambda: Encoder(0.1),
}


def build(name, weights):
    """The model of a row (`mlp-k32` is `mlp`), with the given state dict, in training mode."""
    model = MODELS[name.removesuffix("-k32")]()
    model.load_state_dict({key: torch.from_numpy(value) for key, value in weights.items()})
    return model.train()
