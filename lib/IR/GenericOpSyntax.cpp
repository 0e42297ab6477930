//===- GenericOpSyntax.cpp - The printed form of norm.generic -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/IR/Norm.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace mlir::norm;

// norm.generic (d0: parallel, d1: reduction)
//     ins(%x[d0, d1], %g[d1] : types) outs(%e[d0, d1] : types)
//     attributes {…} (%xe, %ge) { body }

static void printOperandList(OpAsmPrinter &p, StringRef keyword,
                             ValueRange operands, ArrayRef<Attribute> maps) {
  p.printNewline();
  p << "    " << keyword << "(";
  llvm::interleaveComma(llvm::zip_equal(operands, maps), p, [&](auto pair) {
    auto [operand, map] = pair;
    p << operand << "[";
    llvm::interleaveComma(cast<AffineMapAttr>(map).getValue().getResults(), p);
    p << "]";
  });
  if (!operands.empty())
    p << " : " << operands.getTypes();
  p << ")";
}

void GenericOp::print(OpAsmPrinter &p) {
  p << " (";
  llvm::interleaveComma(llvm::enumerate(getRowIteratorTypes()), p,
                        [&](auto iterator) {
                          p << "d" << iterator.index() << ": "
                            << utils::stringifyIteratorType(iterator.value());
                        });
  p << ")";
  ArrayRef<Attribute> maps = getIndexingMaps().getValue();
  printOperandList(p, "ins", getInputs(), maps.take_front(getInputs().size()));
  printOperandList(p, "outs", getOutputs(),
                   maps.drop_front(getInputs().size()));
  p.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(), {getOperandSegmentSizesAttrName().getValue(),
                            getIndexingMapsAttrName().getValue(),
                            getIteratorTypesAttrName().getValue()});
  p << " (";
  llvm::interleaveComma(getBodyBlock()->getArguments(), p, [&](auto arg) {
    p.printRegionArgument(arg, /*argAttrs=*/{}, /*omitType=*/true);
  });
  p << ") ";
  p.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

namespace {
/// Reads the header of norm.generic: dims are names until they are numbered.
class HeaderParser {
public:
  HeaderParser(OpAsmParser &parser, OperationState &state)
      : parser(parser), state(state) {}

  ParseResult parseDims();
  ParseResult parseOperandList(StringRef keyword, SmallVectorImpl<Type> &types);
  ParseResult addAttributes(ArrayRef<int32_t> segments);

private:
  ParseResult parseDim();
  ParseResult
  parseOperand(SmallVectorImpl<OpAsmParser::UnresolvedOperand> &operands);

  OpAsmParser &parser;
  OperationState &state;
  llvm::StringMap<unsigned> numberOfDim;
  SmallVector<Attribute> iterators, maps;
};
} // namespace

ParseResult HeaderParser::parseDim() {
  StringRef name, kind;
  SMLoc nameLoc = parser.getCurrentLocation();
  if (parser.parseKeyword(&name))
    return failure();
  if (!numberOfDim.try_emplace(name, numberOfDim.size()).second)
    return parser.emitError(nameLoc) << "dim '" << name << "' is given twice";
  if (parser.parseColon())
    return failure();
  SMLoc kindLoc = parser.getCurrentLocation();
  if (parser.parseKeyword(&kind))
    return failure();
  std::optional<utils::IteratorType> iterator =
      utils::symbolizeIteratorType(kind);
  if (!iterator)
    return parser.emitError(kindLoc) << "expected 'parallel' or 'reduction'";
  iterators.push_back(
      linalg::IteratorTypeAttr::get(parser.getContext(), *iterator));
  return success();
}

ParseResult HeaderParser::parseDims() {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren,
                                        [&] { return parseDim(); });
}

ParseResult HeaderParser::parseOperand(
    SmallVectorImpl<OpAsmParser::UnresolvedOperand> &operands) {
  if (parser.parseOperand(operands.emplace_back()))
    return failure();
  SmallVector<AffineExpr> results;
  auto parseIndex = [&]() -> ParseResult {
    StringRef name;
    SMLoc loc = parser.getCurrentLocation();
    if (parser.parseKeyword(&name))
      return failure();
    auto dim = numberOfDim.find(name);
    if (dim == numberOfDim.end())
      return parser.emitError(loc) << "unknown dim '" << name << "'";
    results.push_back(parser.getBuilder().getAffineDimExpr(dim->second));
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseIndex))
    return failure();
  maps.push_back(AffineMapAttr::get(
      AffineMap::get(iterators.size(), 0, results, parser.getContext())));
  return success();
}

ParseResult HeaderParser::parseOperandList(StringRef keyword,
                                           SmallVectorImpl<Type> &types) {
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  if (parser.parseKeyword(keyword) || parser.parseLParen())
    return failure();
  if (succeeded(parser.parseOptionalRParen()))
    return success();
  SMLoc loc = parser.getCurrentLocation();
  return failure(
      parser.parseCommaSeparatedList([&] { return parseOperand(operands); }) ||
      parser.parseColonTypeList(types) || parser.parseRParen() ||
      parser.resolveOperands(operands, types, loc, state.operands));
}

ParseResult HeaderParser::addAttributes(ArrayRef<int32_t> segments) {
  auto &properties = state.getOrAddProperties<GenericOp::Properties>();
  llvm::copy(segments, properties.operandSegmentSizes.begin());
  properties.iterator_types = parser.getBuilder().getArrayAttr(iterators);
  properties.indexing_maps = parser.getBuilder().getArrayAttr(maps);
  return parser.parseOptionalAttrDictWithKeyword(state.attributes);
}

ParseResult GenericOp::parse(OpAsmParser &parser, OperationState &state) {
  HeaderParser header(parser, state);
  SmallVector<Type> inputTypes, outputTypes;
  if (header.parseDims() || header.parseOperandList("ins", inputTypes) ||
      header.parseOperandList("outs", outputTypes) ||
      header.addAttributes(
          {int32_t(inputTypes.size()), int32_t(outputTypes.size())}))
    return failure();
  for (Type type : outputTypes)
    if (isa<TensorType>(type))
      state.addTypes(type);

  SmallVector<OpAsmParser::Argument> args;
  SMLoc argsLoc = parser.getCurrentLocation();
  if (parser.parseArgumentList(args, AsmParser::Delimiter::Paren))
    return failure();
  if (args.size() != inputTypes.size())
    return parser.emitError(argsLoc)
           << "expected " << inputTypes.size()
           << " body arguments, one per input, got " << args.size();
  for (auto [arg, type] : llvm::zip_equal(args, inputTypes))
    arg.type = getElementTypeOrSelf(type);
  Region *body = state.addRegion();
  if (parser.parseRegion(*body, args))
    return failure();
  ensureTerminator(*body, parser.getBuilder(), state.location);
  return success();
}
