// Prints the events of pushes in files. Without arguments, reads standard input.

#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

// The build of the library writes both headers.
#include "ews-cpp/src/lib.rs.h"
#include "rust/cxx.h"

namespace {

bool print(ews::Parser &parser, const char *name, std::istream &in) {
  try {
    in.exceptions(std::ios::failbit | std::ios::badbit);
    const std::string body{std::istreambuf_iterator<char>(in), {}};
    const auto *bytes = reinterpret_cast<const std::uint8_t *>(body.data());
    for (const ews::Event &event : parser.events({bytes, body.size()})) {
      // A text may contain line feeds. A service escapes them.
      std::cout << event.kind;
      if (!event.target_id.empty()) {
        std::cout << (event.is_folder ? " folder " : " item ") << event.target_id;
      }
      std::cout << " in " << event.subscription_id << '\n';
    }
    return true;
  } catch (const std::exception &error) { // the parser throws rust::Error
    // The text may have a name from the body. It has no characters that control a terminal.
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
