;; The arithmetic of the embedded engine. All numbers are f32; lengths are multiples of 16 values (64 bytes).
;; Every sum has one fixed order: four vector accumulators over steps of 64 bytes, then (a + b) + (c + d), then the
;; lanes as (0 + 1) + (2 + 3). No fused multiply-add, so every CPU gives the same bits.
(module
  (import "engine" "memory" (memory 1))

  ;; The dot product of two vectors of $bytes bytes.
  (func $dot (param $a i32) (param $b i32) (param $bytes i32) (result f32)
    (local $end i32) (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (local.set $end (i32.add (local.get $a) (local.get $bytes)))
    (loop $step
      (local.set $s0 (f32x4.add (local.get $s0)
        (f32x4.mul (v128.load (local.get $a)) (v128.load (local.get $b)))))
      (local.set $s1 (f32x4.add (local.get $s1)
        (f32x4.mul (v128.load offset=16 (local.get $a)) (v128.load offset=16 (local.get $b)))))
      (local.set $s2 (f32x4.add (local.get $s2)
        (f32x4.mul (v128.load offset=32 (local.get $a)) (v128.load offset=32 (local.get $b)))))
      (local.set $s3 (f32x4.add (local.get $s3)
        (f32x4.mul (v128.load offset=48 (local.get $a)) (v128.load offset=48 (local.get $b)))))
      (local.set $a (i32.add (local.get $a) (i32.const 64)))
      (local.set $b (i32.add (local.get $b) (i32.const 64)))
      (br_if $step (i32.lt_u (local.get $a) (local.get $end))))
    (local.set $s0 (f32x4.add
      (f32x4.add (local.get $s0) (local.get $s1))
      (f32x4.add (local.get $s2) (local.get $s3))))
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $s0)) (f32x4.extract_lane 1 (local.get $s0)))
      (f32.add (f32x4.extract_lane 2 (local.get $s0)) (f32x4.extract_lane 3 (local.get $s0)))))

  ;; out[position][row] = weights[row] · x[position], for $count positions of $row_bytes bytes each.
  (func (export "project")
    (param $out i32) (param $weights i32) (param $x i32) (param $rows i32) (param $row_bytes i32) (param $count i32)
    (local $row i32) (local $position i32) (local $from i32) (local $to i32)
    (loop $next_row
      (local.set $position (i32.const 0))
      (local.set $from (local.get $x))
      (local.set $to (i32.add (local.get $out) (i32.shl (local.get $row) (i32.const 2))))
      (loop $next_position
        (f32.store (local.get $to) (call $dot (local.get $weights) (local.get $from) (local.get $row_bytes)))
        (local.set $from (i32.add (local.get $from) (local.get $row_bytes)))
        (local.set $to (i32.add (local.get $to) (i32.shl (local.get $rows) (i32.const 2))))
        (br_if $next_position (i32.lt_u
          (local.tee $position (i32.add (local.get $position) (i32.const 1))) (local.get $count))))
      (local.set $weights (i32.add (local.get $weights) (local.get $row_bytes)))
      (br_if $next_row (i32.lt_u
        (local.tee $row (i32.add (local.get $row) (i32.const 1))) (local.get $rows)))))

  ;; out[t] = (query · keys[t]) * scale, for $count keys that lie $stride bytes apart.
  (func (export "attend")
    (param $out i32) (param $query i32) (param $keys i32) (param $count i32)
    (param $stride i32) (param $bytes i32) (param $scale f32)
    (loop $next
      (f32.store (local.get $out)
        (f32.mul (call $dot (local.get $query) (local.get $keys) (local.get $bytes)) (local.get $scale)))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $keys (i32.add (local.get $keys) (local.get $stride)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  ;; out = sum over t of shares[t] * values[t], added in the order of t, for $count values that lie $stride bytes apart.
  (func (export "mix")
    (param $out i32) (param $shares i32) (param $values i32) (param $count i32) (param $stride i32) (param $bytes i32)
    (local $end i32) (local $share i32) (local $value i32) (local $left i32) (local $sum v128)
    (local.set $end (i32.add (local.get $out) (local.get $bytes)))
    (loop $next_lane
      (local.set $sum (v128.const f32x4 0 0 0 0))
      (local.set $share (local.get $shares))
      (local.set $value (local.get $values))
      (local.set $left (local.get $count))
      (loop $next
        (local.set $sum (f32x4.add (local.get $sum)
          (f32x4.mul (f32x4.splat (f32.load (local.get $share))) (v128.load (local.get $value)))))
        (local.set $share (i32.add (local.get $share) (i32.const 4)))
        (local.set $value (i32.add (local.get $value) (local.get $stride)))
        (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (v128.store (local.get $out) (local.get $sum))
      (local.set $values (i32.add (local.get $values) (i32.const 16)))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $next_lane (i32.lt_u (local.get $out) (local.get $end))))))
