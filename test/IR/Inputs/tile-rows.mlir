// Tiles every norm op to single rows.
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op) {
    %norms = transform.structured.match ops{["norm.layer_norm", "norm.rms_norm", "norm.l2_norm", "norm.group_norm", "norm.batch_norm", "norm.generic"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loops = transform.structured.tile_using_for %norms tile_sizes [1] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
