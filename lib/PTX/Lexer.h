//===- Lexer.h - The words of PTX -------------------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_PTX_LEXER_H
#define NORM_LIB_PTX_LEXER_H

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

namespace mlir::norm::ptx {

/// Goes over PTX word by word. A word is a directive, an opcode with all its
/// suffixes, a name, a number or a quoted string; all else is single
/// characters.
class Lexer {
public:
  explicit Lexer(llvm::StringRef text) : text(text) { skip(); }

  bool isAtEnd() const { return position == text.size(); }
  char peek() const { return isAtEnd() ? '\0' : text[position]; }
  size_t getPosition() const { return position; }
  unsigned getLine() const { return line; }
  /// From there to the last word, with its end.
  llvm::StringRef getTextFrom(size_t begin) const {
    return text.slice(begin, end);
  }
  /// The register of the last `// implicit-def:` comment that was passed: LLVM
  /// says so that nothing was written to it, on purpose.
  llvm::StringRef takeImplicitDef() {
    llvm::StringRef name = implicitDef;
    implicitDef = "";
    return name;
  }

  bool consume(char c) {
    if (peek() != c)
      return false;
    advance(1);
    return true;
  }
  /// Empty if there is none here.
  llvm::StringRef takeWord() {
    size_t size = getWordSize(text.substr(position));
    llvm::StringRef word = text.substr(position, size);
    advance(size);
    return word;
  }
  void skipLine() {
    advance(text.substr(position).find('\n') == llvm::StringRef::npos
                ? text.size() - position
                : text.substr(position).find('\n'));
  }

private:
  static bool isWordChar(char c) {
    return llvm::isAlnum(c) || c == '_' || c == '$' || c == '%' || c == '.';
  }
  static size_t getWordSize(llvm::StringRef rest) {
    if (rest.starts_with("\""))
      return std::min(rest.find('"', 1), rest.size() - 1) + 1;
    size_t size = rest.starts_with("-") ? 1 : 0;
    while (size < rest.size()) {
      if (isWordChar(rest[size]))
        ++size;
      else if (size && rest.substr(size).starts_with("::"))
        size += 2;
      else
        break;
    }
    return size;
  }
  void advance(size_t count) {
    line += text.substr(position, count).count('\n');
    position += count;
    end = position;
    skip();
  }
  /// White space and comments.
  void skip() {
    while (!isAtEnd()) {
      llvm::StringRef rest = text.substr(position);
      size_t size = 0;
      if (rest.starts_with("//")) {
        size = std::min(rest.find('\n'), rest.size());
        llvm::StringRef comment = rest.substr(2, size - 2).trim();
        if (comment.consume_front("implicit-def: "))
          implicitDef = comment;
      } else if (rest.starts_with("/*")) {
        size_t close = rest.find("*/", 2);
        size = close == llvm::StringRef::npos ? rest.size() : close + 2;
      } else if (llvm::isSpace(rest.front())) {
        size = 1;
      } else {
        return;
      }
      line += rest.substr(0, size).count('\n');
      position += size;
    }
  }

  llvm::StringRef text, implicitDef;
  size_t position = 0, end = 0;
  unsigned line = 1;
};

} // namespace mlir::norm::ptx

#endif // NORM_LIB_PTX_LEXER_H
