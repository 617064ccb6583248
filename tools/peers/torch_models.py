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


class BasicBlock(nn.Module):
    """Named as torchvision's; the shortcut is projected where the block changes the size."""

    def __init__(self, inputs, outputs):
        super().__init__()
        stride = 1 if inputs == outputs else 2
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if inputs != outputs:
            projection = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.downsample = nn.Sequential(projection, nn.BatchNorm2d(outputs))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        x = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(x)) + shortcut)


class ResNet20(nn.Module):
    """He et al. 2015 for images of 32 pixels, with projected shortcuts (their option B)."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(BasicBlock(16, 16), BasicBlock(16, 16), BasicBlock(16, 16))
        self.layer2 = nn.Sequential(BasicBlock(16, 32), BasicBlock(32, 32), BasicBlock(32, 32))
        self.layer3 = nn.Sequential(BasicBlock(32, 64), BasicBlock(64, 64), BasicBlock(64, 64))
        self.fc = nn.Linear(64, 10)

    def forward(self, x, y):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return F.cross_entropy(self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1)), y)


class DoubleConvolution(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)

    def forward(self, x):
        return F.relu(self.conv2(F.relu(self.conv1(x))))


class UNet(nn.Module):
    """After Ronneberger et al. 2015: two levels down and two up."""

    def __init__(self):
        super().__init__()
        self.down1 = DoubleConvolution(1, 16)
        self.down2 = DoubleConvolution(16, 32)
        self.bottom = DoubleConvolution(32, 64)
        self.up2 = nn.ConvTranspose2d(64, 32, 2, 2)
        self.merge2 = DoubleConvolution(64, 32)
        self.up1 = nn.ConvTranspose2d(32, 16, 2, 2)
        self.merge1 = DoubleConvolution(32, 16)
        self.head = nn.Conv2d(16, 2, 1)

    def forward(self, x, y):  # x [N, 1, H, W], y [N, H, W] classes of the pixels
        first = self.down1(x)
        second = self.down2(F.max_pool2d(first, 2))
        bottom = self.bottom(F.max_pool2d(second, 2))
        third = self.merge2(torch.cat([second, self.up2(bottom)], 1))
        fourth = self.merge1(torch.cat([first, self.up1(third)], 1))
        return F.cross_entropy(self.head(fourth), y)


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(5, 64)
        self.head = nn.Linear(64, 1)

    def forward(self, x, y):  # x [T, N, I]
        _, (hidden, _) = self.lstm(x)
        return F.mse_loss(self.head(hidden[0]), y)


class Gru(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(5, 64)
        self.head = nn.Linear(64, 1)

    def forward(self, x, y):  # x [T, N, I]
        _, hidden = self.gru(x)
        return F.mse_loss(self.head(hidden[0]), y)


class DLinear(nn.Module):
    """Zeng et al. 2022: the trend is a moving average, the season what is left of it, each with a map of its own."""

    def __init__(self):
        super().__init__()
        self.seasonal = nn.Linear(336, 96)
        self.trend = nn.Linear(336, 96)

    def forward(self, x, y):  # x [N, 336] past values, y [N, 96] those that follow
        trend = F.avg_pool1d(F.pad(x, (12, 12), mode="replicate"), 25, 1)
        return F.mse_loss(self.seasonal(x - trend) + self.trend(trend), y)


class Encoder(nn.Module):
    def __init__(self, width, heads, inner, layers, dropout=0.0):
        super().__init__()
        self.token = nn.Embedding(30522, width)
        self.position = nn.Embedding(128, width)
        layer = nn.TransformerEncoderLayer(width, heads, inner, dropout, "gelu", batch_first=True, norm_first=False)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.head = nn.Linear(width, 9)

    def forward(self, x, y):  # x [N, L] token numbers, y [N, L] classes
        x = self.token(x) + self.position.weight
        return F.cross_entropy(self.head(self.encoder(x)).flatten(0, 1), y.flatten())


class CausalAttention(nn.Module):
    """With the parameter names of nn.MultiheadAttention."""

    def __init__(self, width, heads):
        super().__init__()
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * width))
        self.out_proj = nn.Linear(width, width)
        self.heads = heads

    def forward(self, x):
        parts = F.linear(x, self.in_proj_weight, self.in_proj_bias).chunk(3, -1)
        q, k, v = [part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in parts]
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out_proj(attended.transpose(1, 2).flatten(2))


class CausalLayer(nn.Module):
    def __init__(self, width, heads, inner):
        super().__init__()
        self.self_attn = CausalAttention(width, heads)
        self.linear1 = nn.Linear(width, inner)
        self.linear2 = nn.Linear(inner, width)
        self.norm1 = nn.LayerNorm(width)
        self.norm2 = nn.LayerNorm(width)

    def forward(self, x):
        x = x + self.self_attn(self.norm1(x))
        return x + self.linear2(F.gelu(self.linear1(self.norm2(x))))


class Decoder(nn.Module):
    def __init__(self, layers, width, heads, inner):
        super().__init__()
        self.layers = nn.Sequential(*[CausalLayer(width, heads, inner) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        return self.norm(self.layers(x))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.token = nn.Embedding(512, 256)
        self.position = nn.Embedding(512, 256)
        self.decoder = Decoder(4, 256, 8, 1024)
        self.head = nn.Linear(256, 512, bias=False)

    def forward(self, x, y):  # x [N, L] token numbers, y [N, L] the token that follows each
        x = self.decoder(self.token(x) + self.position.weight)
        return F.cross_entropy(self.head(x).flatten(0, 1), y.flatten())


MODELS = {
    "mlp": Mlp,
    "small-cnn": SmallCnn,
    "cnn": Cnn,
    "resnet20": ResNet20,
    "unet": UNet,
    "lstm": Lstm,
    "gru": Gru,
    "dlinear": DLinear,
    "encoder": lambda: Encoder(384, 12, 1536, 6),
    "encoder-dropout": lambda: Encoder(384, 12, 1536, 6, 0.1),
    "encoder-medium": lambda: Encoder(512, 8, 2048, 8),
    "gpt": Gpt,
}


def build(name, weights):
    """The model of a row (`mlp-k32` is `mlp`), with the given state dict, in training mode."""
    model = MODELS[name.removesuffix("-k32")]()
    model.load_state_dict({key: torch.from_numpy(value) for key, value in weights.items()})
    return model.train()
