#include "world/czech.h"

#include <cctype>

namespace world {
namespace {

struct Letter {
  std::string_view lower, upper;
  char plain;
};
constexpr Letter kLetters[] = {
    {"á", "Á", 'a'}, {"č", "Č", 'c'}, {"ď", "Ď", 'd'}, {"é", "É", 'e'}, {"ě", "Ě", 'e'},
    {"í", "Í", 'i'}, {"ň", "Ň", 'n'}, {"ó", "Ó", 'o'}, {"ř", "Ř", 'r'}, {"š", "Š", 's'},
    {"ť", "Ť", 't'}, {"ú", "Ú", 'u'}, {"ů", "Ů", 'u'}, {"ý", "Ý", 'y'}, {"ž", "Ž", 'z'},
    {"ä", "Ä", 'a'}, {"ľ", "Ľ", 'l'}, {"ĺ", "Ĺ", 'l'}, {"ô", "Ô", 'o'}, {"ŕ", "Ŕ", 'r'},
    {"ö", "Ö", 'o'}, {"ü", "Ü", 'u'},
};

/// Calls with_letter(letter) for a known two-byte letter and with_byte(byte) for the rest.
template <typename WithLetter, typename WithByte>
void each_letter(std::string_view text, WithLetter with_letter, WithByte with_byte) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const Letter* found = nullptr;
    if (static_cast<unsigned char>(text[i]) >= 0x80) {
      std::string_view two = text.substr(i, 2);
      for (const Letter& letter : kLetters) {
        if (letter.lower == two || letter.upper == two) found = &letter;
      }
    }
    if (found != nullptr) {
      with_letter(*found);
      ++i;
    } else {
      with_byte(text[i]);
    }
  }
}

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
char ascii_lower(char c) { return is_ascii(c) && c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; }
char ascii_upper(char c) { return is_ascii(c) && c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c; }

}  // namespace

std::string ascii_fold(std::string_view text) {
  std::string out;
  each_letter(
      text, [&](const Letter& l) { out += l.plain; }, [&](char c) { out += ascii_lower(c); });
  return out;
}

std::string upper_case(std::string_view text) {
  std::string out;
  each_letter(
      text, [&](const Letter& l) { out += l.upper; }, [&](char c) { out += ascii_upper(c); });
  return out;
}

std::string lower_case(std::string_view text) {
  std::string out;
  each_letter(
      text, [&](const Letter& l) { out += l.lower; }, [&](char c) { out += ascii_lower(c); });
  return out;
}

std::string capitalize(std::string_view text) {
  std::size_t first = !text.empty() && !is_ascii(text[0]) ? 2 : 1;
  return upper_case(text.substr(0, first)) + std::string(text.substr(std::min(first, text.size())));
}

}  // namespace world
