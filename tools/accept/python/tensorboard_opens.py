"""What TensorBoard makes of a log directory: python tensorboard_opens.py LOG_DIRECTORY

Prints {"version": ..., "runs": {run: {"scalars": ..., "texts": ..., "histograms": ..., "hparams": ..., "status": ...}},
"pages": {"python": ..., "rust": ...}}. `runs` is what its event multiplexer reads, tag by tag as [[step, value], ...]; `pages`
is what a started TensorBoard answers to its web page, with its Python and with its Rust loader.
"""
import json
import sys
import time
import urllib.parse
import urllib.request

from tensorboard import default, program, version
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.plugins.hparams import api_pb2, metadata
from tensorboard.util import tensor_util

# By default TensorBoard keeps a sample of long series.
KEEP_ALL = {plugin: 1_000_000 for plugin in ["scalars", "text", "histograms"]}


def owned(accumulator, plugin):
    """{tag: content} of the tags that a plugin owns."""
    try:
        return accumulator.PluginTagToContent(plugin)
    except KeyError:
        return {}


def read(accumulator):
    def values(plugin, convert):
        return {
            tag: [
                [event.step, convert(tensor_util.make_ndarray(event.tensor_proto))]
                for event in accumulator.Tensors(tag)
            ]
            for tag in owned(accumulator, plugin)
        }

    session = owned(accumulator, metadata.PLUGIN_NAME)
    hparams, status = {}, None
    if metadata.SESSION_START_INFO_TAG in session:
        info = metadata.parse_session_start_info_plugin_data(session[metadata.SESSION_START_INFO_TAG])
        hparams = {name: getattr(value, value.WhichOneof("kind")) for name, value in info.hparams.items()}
    if metadata.SESSION_END_INFO_TAG in session:
        info = metadata.parse_session_end_info_plugin_data(session[metadata.SESSION_END_INFO_TAG])
        status = api_pb2.Status.Name(info.status)
    return {
        "scalars": values("scalars", float),
        "texts": values("text", lambda array: [each.decode() for each in array.ravel()]),
        "histograms": values("histograms", lambda array: array.tolist()),
        "hparams": hparams,
        "status": status,
    }


def get(url, path, body=None, **query):
    address = f"{url}data/plugin/{path}?{urllib.parse.urlencode(query)}"
    request = urllib.request.Request(address, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, data=None if body is None else json.dumps(body).encode()) as answer:
        return json.load(answer)


def page(folder, runs, load_fast):
    """Scalars, and the names in the table of settings, as the page gets them."""
    server = program.TensorBoard(default.get_plugins())
    samples = ",".join(f"{plugin}={count}" for plugin, count in KEEP_ALL.items())
    server.configure(
        argv=["", "--logdir", folder, "--port", "0", "--load_fast", load_fast, "--samples_per_plugin", samples]
    )
    url = server.launch()
    wanted = {run: sorted(values["scalars"]) for run, values in runs.items()}
    for _ in range(100):
        tags = get(url, "scalars/tags")
        if {run: sorted(each) for run, each in tags.items()} == wanted:
            break
        time.sleep(0.2)
    scalars = {
        run: {
            tag: [[step, value] for _, step, value in get(url, "scalars/scalars", run=run, tag=tag)] for tag in each
        }
        for run, each in tags.items()
    }
    experiment = get(url, "hparams/experiment", {"experimentName": ""})
    return {"scalars": scalars, "hparams": sorted(info["name"] for info in experiment["hparamInfos"])}


def main(folder):
    multiplexer = EventMultiplexer(tensor_size_guidance=KEEP_ALL)
    multiplexer.AddRunsFromDirectory(folder)
    multiplexer.Reload()
    runs = {name: read(multiplexer.GetAccumulator(name)) for name in multiplexer.Runs()}
    pages = {"python": page(folder, runs, "false"), "rust": page(folder, runs, "true")}
    print(json.dumps({"version": version.VERSION, "runs": runs, "pages": pages}))


main(sys.argv[1])
