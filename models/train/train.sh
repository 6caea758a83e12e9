#!/bin/sh
# Trains both models side by side, one thread each: train.sh STEPS WORK_FOLDER OUT_FOLDER
# Keeping freed memory (malloc settings) roughly doubles the matrix rate of Debian's torch.
set -eu
export MALLOC_MMAP_THRESHOLD_=1000000000 MALLOC_TRIM_THRESHOLD_=10000000000 MALLOC_TOP_PAD_=268435456
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1
here=$(dirname "$0")
mkdir -p "$2" "$3"
for name in tiny-0.4m tiny-1.3m; do
  setsid nohup nice -n 3 /usr/bin/python3 "$here/train.py" "$name" --steps "$1" --work "$2" --out "$3" \
    >"$2/$name.out" 2>&1 </dev/null &
done
