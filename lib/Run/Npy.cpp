//===- Npy.cpp - NumPy's file format ----------------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Run/Npy.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::norm;

static constexpr StringLiteral magic("\x93NUMPY");

namespace {
/// The dictionary at the head of a .npy file.
struct Header {
  std::string descr;
  bool fortranOrder = false;
  SmallVector<int64_t> shape;
};

/// Reads the Python literal {'descr': '<f4', 'fortran_order': False,
/// 'shape': (2, 3), }: these three keys in any order, once each.
class HeaderParser {
public:
  explicit HeaderParser(StringRef text) : rest(text) {}

  bool parse(Header &header) {
    if (!consume("{"))
      return false;
    SmallVector<std::string> seen;
    while (!consume("}")) {
      std::string key;
      if (!parseString(key) || !consume(":") || llvm::is_contained(seen, key) ||
          !parseValue(key, header))
        return false;
      seen.push_back(key);
      if (!consume(",") && !rest.ltrim().starts_with("}"))
        return false;
    }
    return seen.size() == 3 && rest.trim().empty();
  }

private:
  bool consume(StringRef token) {
    rest = rest.ltrim();
    return rest.consume_front(token);
  }
  bool parseString(std::string &value) {
    rest = rest.ltrim();
    if (rest.empty() || (rest[0] != '\'' && rest[0] != '"'))
      return false;
    size_t end = rest.find(rest[0], 1);
    if (end == StringRef::npos)
      return false;
    value = rest.slice(1, end).str();
    rest = rest.drop_front(end + 1);
    return true;
  }
  bool parseValue(StringRef key, Header &header) {
    if (key == "descr")
      return parseString(header.descr);
    if (key == "fortran_order") {
      header.fortranOrder = consume("True");
      return header.fortranOrder || consume("False");
    }
    return key == "shape" && parseShape(header.shape);
  }
  bool parseShape(SmallVectorImpl<int64_t> &shape) {
    if (!consume("("))
      return false;
    while (!consume(")")) {
      uint64_t extent;
      rest = rest.ltrim();
      if (rest.consumeInteger(10, extent) || extent > INT64_MAX)
        return false;
      shape.push_back(extent);
      if (!consume(",") && !rest.ltrim().starts_with(")"))
        return false;
    }
    return true;
  }

  StringRef rest;
};
} // namespace

static llvm::Error fileError(StringRef path, const Twine &message) {
  return llvm::createStringError(path + ": " + message);
}

/// The type codes that hold `expected`; the first is the one to write.
static SmallVector<StringRef> getDescrs(DType expected) {
  switch (expected) {
  case DType::i1:
    return {"|b1"};
  case DType::i8:
    return {"|i1", "|u1"};
  case DType::i16:
    return {"<i2", "<u2"};
  case DType::i32:
    return {"<i4", "<u4"};
  case DType::i64:
    return {"<i8", "<u8"};
  case DType::f16:
    return {"<f2"};
  case DType::bf16:
    return {"<V2", "|V2", "bfloat16"};
  case DType::f32:
    return {"<f4"};
  case DType::f64:
    return {"<f8"};
  case DType::f8E4M3FN:
  case DType::f8E5M2:
    return {"|V1", "<V1", "<f1", "|f1"};
  }
  llvm_unreachable("all dtypes are handled");
}

/// The header's text; `contents` is left at the data.
static llvm::Expected<StringRef> takeHeader(StringRef path,
                                            StringRef &contents) {
  if (!contents.consume_front(magic))
    return fileError(path, "not a .npy file");
  if (contents.size() < 2)
    return fileError(path, "truncated in the header");
  unsigned version = uint8_t(contents[0]);
  if (version != 1 && version != 2)
    return fileError(path, "is of .npy version " + Twine(version) +
                               "; versions 1 and 2 are read");
  contents = contents.drop_front(2);
  unsigned lengthBytes = version == 1 ? 2 : 4;
  if (contents.size() < lengthBytes)
    return fileError(path, "truncated in the header");
  size_t length = version == 1
                      ? llvm::support::endian::read16le(contents.data())
                      : llvm::support::endian::read32le(contents.data());
  contents = contents.drop_front(lengthBytes);
  if (contents.size() < length)
    return fileError(path, "truncated in the header");
  StringRef header = contents.take_front(length);
  contents = contents.drop_front(length);
  return header;
}

static llvm::Error checkHeader(StringRef path, const Header &header,
                               DType expected, size_t numDataBytes) {
  if (StringRef(header.descr).starts_with(">"))
    return fileError(path, "holds big-endian data ('" + header.descr +
                               "'); only little-endian is read");
  if (!llvm::is_contained(getDescrs(expected), header.descr))
    return fileError(path, "holds '" + header.descr + "', not " +
                               toString(expected) + " ('" +
                               getDescrs(expected).front() + "')");
  if (header.fortranOrder)
    return fileError(path, "is in Fortran order; only C order is read");
  std::optional<int64_t> bytes = getByteWidth(expected);
  for (int64_t extent : header.shape)
    if (bytes)
      bytes = llvm::checkedMul<int64_t>(*bytes, extent);
  if (!bytes || uint64_t(*bytes) > numDataBytes)
    return fileError(path, "truncated: the header promises " +
                               (bytes ? Twine(*bytes) : Twine("too many")) +
                               " bytes of data, the file has " +
                               Twine(numDataBytes));
  if (uint64_t(*bytes) < numDataBytes)
    return fileError(path, "has " + Twine(numDataBytes - *bytes) +
                               " bytes more than its header says");
  return llvm::Error::success();
}

llvm::Expected<HostTensor> mlir::norm::readNpy(StringRef path, DType expected) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return fileError(path, buffer.getError().message());
  StringRef contents = (*buffer)->getBuffer();
  llvm::Expected<StringRef> text = takeHeader(path, contents);
  if (!text)
    return text.takeError();
  Header header;
  if (!HeaderParser(*text).parse(header))
    return fileError(path, "malformed header");
  if (llvm::Error error = checkHeader(path, header, expected, contents.size()))
    return error;
  HostTensor tensor(expected, header.shape);
  std::memcpy(tensor.getData(), contents.data(), contents.size());
  return tensor;
}

llvm::Error mlir::norm::writeNpy(StringRef path, const HostTensor &tensor) {
  std::string header = ("{'descr': '" + getDescrs(tensor.getDType()).front() +
                        "', 'fortran_order': False, 'shape': (")
                           .str();
  for (int64_t extent : tensor.getShape())
    header += std::to_string(extent) + ",";
  header += "), }";
  // The data starts at a multiple of 64 bytes, after magic, version, length.
  size_t prefix = magic.size() + 4;
  header.resize(llvm::alignTo(prefix + header.size() + 1, 64) - prefix - 1,
                ' ');
  header += '\n';
  char length[2];
  llvm::support::endian::write16le(length, header.size());

  std::error_code error;
  llvm::raw_fd_ostream os(path, error);
  if (error)
    return fileError(path, error.message());
  HostTensor contiguous = tensor.isContiguous() ? tensor : tensor.clone();
  os << magic << '\x01' << '\x00' << StringRef(length, 2) << header
     << StringRef(static_cast<const char *>(contiguous.getData()),
                  contiguous.getNumBytes());
  os.close();
  if (os.has_error()) {
    std::error_code writeError = os.error();
    os.clear_error();
    return fileError(path, writeError.message());
  }
  return llvm::Error::success();
}
