// Prints the events of pushes: of files, or of standard input if none is named.

#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

// Both are written by the build of the library.
#include "ews-cpp/src/lib.rs.h"
#include "rust/cxx.h"

namespace {

bool print(ews::Parser &parser, const char *name, std::istream &in) {
  try {
    in.exceptions(std::ios::failbit | std::ios::badbit);
    const std::string body{std::istreambuf_iterator<char>(in), {}};
    const auto *bytes = reinterpret_cast<const std::uint8_t *>(body.data());
    for (const ews::Event &event : parser.events({bytes, body.size()})) {
      // A text may hold line feeds, which a service escapes.
      const auto &id = event.item_id.empty() ? event.folder_id : event.item_id;
      std::cout << event.kind << ' ' << id << " in " << event.subscription_id << '\n';
    }
    return true;
  } catch (const std::exception &error) { // of the parser: rust::Error
    // Shows a part of the body, and nothing that steers a terminal.
    std::cerr << name << ": " << error.what() << '\n';
    return false;
  }
}

} // namespace

int main(int count, char **arguments) {
  rust::Box<ews::Parser> parser = ews::new_parser(); // one for all bodies
  bool all_are_good = count > 1 || print(*parser, "standard input", std::cin);
  for (int i = 1; i < count; ++i) {
    std::ifstream file(arguments[i], std::ios::binary);
    all_are_good &= print(*parser, arguments[i], file);
  }
  return all_are_good ? 0 : 1;
}
