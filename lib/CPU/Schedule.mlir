// The schedule of the linalg road. Each norm over rows becomes one loop over
// the rows, in which every stage is a loop over 64 elements at a time; the
// reductions keep 64 partial results in registers.

module attributes {transform.with_named_sequence} {

// The last, partial step of a loop apart, so that all others have 64 elements.
// A loop that has none is left as it is.
transform.named_sequence @peel(%loop: !transform.any_op {transform.readonly}) {
  transform.sequence %loop : !transform.any_op failures(suppress) {
  ^bb0(%target: !transform.any_op):
    %for = transform.cast %target : !transform.any_op to !transform.op<"scf.for">
    transform.loop.peel %for
      : (!transform.op<"scf.for">) -> (!transform.any_op, !transform.any_op)
  }
  transform.yield
}

transform.named_sequence @simplify(%rows: !transform.any_op {transform.readonly}) {
  transform.apply_patterns to %rows {
    transform.apply_patterns.canonicalization
    transform.apply_patterns.linalg.tiling_canonicalization
    transform.apply_patterns.tensor.fold_tensor_subset_ops_into_vector_transfers
    transform.apply_patterns.vector.cast_away_vector_leading_one_dim
  } : !transform.any_op
  transform.apply_cse to %rows : !transform.any_op
  transform.yield
}

transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
  %norms = transform.structured.match ops{["norm.generic"]} attributes{norm.rows}
    in %root : (!transform.any_op) -> !transform.any_op
  transform.foreach %norms : !transform.any_op {
  ^bb0(%norm: !transform.any_op):
    // Rows first: what is decomposed inside their loop is fused.
    %tile, %rows = transform.structured.tile_using_for %norm tile_sizes [1, 0]
      : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.apply_patterns to %rows {
      transform.apply_patterns.norm.to_linalg
    } : !transform.any_op

    %reduces = transform.structured.match attributes{norm.stage = "reduce"}
      in %rows : (!transform.any_op) -> !transform.any_op
    transform.foreach %reduces : !transform.any_op {
    ^bb1(%reduce: !transform.any_op):
      %fill, %partial, %combine, %loop =
        transform.structured.tile_reduction_using_for %reduce by tile_sizes = [0, 64]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op)
      transform.include @peel failures(propagate) (%loop) : (!transform.any_op) -> ()
    }
    %elements = transform.structured.match attributes{norm.stage = "element"}
      in %rows : (!transform.any_op) -> !transform.any_op
    transform.foreach %elements : !transform.any_op {
    ^bb1(%element: !transform.any_op):
      %tiled, %loop = transform.structured.tile_using_for %element tile_sizes [0, 64]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
      transform.include @peel failures(propagate) (%loop) : (!transform.any_op) -> ()
    }
    transform.include @simplify failures(propagate) (%rows) : (!transform.any_op) -> ()

    // Static shapes as they are; what is then left is a tail, and masked. A
    // stage that cannot be vectorized stays a scalar loop.
    %static = transform.structured.match interface{LinalgOp} in %rows
      : (!transform.any_op) -> !transform.any_op
    transform.foreach %static : !transform.any_op {
    ^bb1(%stage: !transform.any_op):
      transform.sequence %stage : !transform.any_op failures(suppress) {
      ^bb2(%target: !transform.any_op):
        transform.structured.vectorize %target : !transform.any_op
      }
    }
    %tails = transform.structured.match interface{LinalgOp} in %rows
      : (!transform.any_op) -> !transform.any_op
    transform.foreach %tails : !transform.any_op {
    ^bb1(%stage: !transform.any_op):
      transform.sequence %stage : !transform.any_op failures(suppress) {
      ^bb2(%target: !transform.any_op):
        transform.structured.vectorize %target vector_sizes [1, 64] : !transform.any_op
      }
    }
    transform.include @simplify failures(propagate) (%rows) : (!transform.any_op) -> ()

    // Partial results from the accumulators' buffers to loop-carried vectors,
    // and what is one per row out of the loops over its elements.
    %loops = transform.structured.match ops{["scf.for"]} in %rows
      : (!transform.any_op) -> !transform.any_op
    transform.apply_licm to %loops : !transform.any_op
    transform.loop.hoist_loop_invariant_subsets %loops : !transform.any_op
    transform.include @simplify failures(propagate) (%rows) : (!transform.any_op) -> ()
  }
  transform.yield
}

}
