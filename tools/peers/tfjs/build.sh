#!/usr/bin/env bash
# Builds tfjs-node against the libraries inside TensorFlow's Python wheel, for machines that can reach npm and
# PyPI but not where tfjs-node's own install script downloads from. Needs Linux x64, g++ and Node 20 or 22.
#
#   NOOSPHERE_PYTHON=/path/to/python tools/peers/tfjs/build.sh FOLDER
#   NOOSPHERE_TFJS=FOLDER npm run bench -- cnn
set -euo pipefail

folder=$(mkdir -p "${1:?usage: build.sh FOLDER}" && cd "$1" && pwd)
python=${NOOSPHERE_PYTHON:?names no Python}
node_include=$(node -p "require('path').resolve(process.execPath, '../../include/node')")
cd "$folder"

[ -f package.json ] || echo '{"private":true}' > package.json
npm install @tensorflow/tfjs-node@4.22.0 --ignore-scripts --no-audit --no-fund
"$python" -m pip download --no-deps --dest wheel tensorflow_cpu==2.21.0

package=$folder/node_modules/@tensorflow/tfjs-node
deps=$package/deps
mkdir -p "$deps/lib" "$package/lib/napi-v8"
"$python" - "$deps" <<'PYTHON'
import pathlib, shutil, sys, zipfile

deps = pathlib.Path(sys.argv[1])
names = {"libtensorflow_cc.so.2": "libtensorflow.so", "libtensorflow_framework.so.2": "libtensorflow_framework.so"}
wheel = zipfile.ZipFile(next(pathlib.Path("wheel").glob("tensorflow_cpu-*.whl")))
for entry in wheel.namelist():
    path = pathlib.PurePosixPath(entry)
    if path.name in names and len(path.parts) == 2:
        with wheel.open(entry) as source, open(deps / "lib" / path.name, "wb") as out:
            shutil.copyfileobj(source, out)
        plain = deps / "lib" / names[path.name]
        plain.unlink(missing_ok=True)
        plain.symlink_to(path.name)
    elif entry.startswith("tensorflow/include/"):
        target = deps / "include" / path.relative_to("tensorflow/include")
        target.parent.mkdir(parents=True, exist_ok=True)
        if not entry.endswith("/"):
            target.write_bytes(wheel.read(entry))
PYTHON

[ -f "$node_include/node_api.h" ] || { echo "no Node headers in $node_include" >&2; exit 1; }
g++ -std=c++17 -O2 -shared -fPIC -DNAPI_VERSION=8 -I"$node_include" -I"$package" -I"$deps/include" \
  "$package"/binding/tfjs_backend.cc "$package"/binding/tfjs_binding.cc \
  -L"$deps/lib" -ltensorflow -ltensorflow_framework -Wl,-rpath,'$ORIGIN/../../deps/lib' \
  -o "$package/lib/napi-v8/tfjs_binding.node"
node -e "require('@tensorflow/tfjs-node'); console.log('tfjs-node works')"
