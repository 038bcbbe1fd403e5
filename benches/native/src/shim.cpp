// Walks over the trees of two C++ parsers, and adds up the lengths of element names, attribute names, attribute values
// and texts. Returns -1 if the body does not parse.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <vector>

#include <pugixml.hpp>
#include <rapidxml/rapidxml.hpp>

namespace {

std::int64_t walk(const pugi::xml_node &parent) {
    std::int64_t sum = 0;
    for (pugi::xml_node node = parent.first_child(); node; node = node.next_sibling()) {
        if (node.type() != pugi::node_element) {
            sum += std::strlen(node.value());
            continue;
        }
        sum += std::strlen(node.name());
        for (pugi::xml_attribute attribute = node.first_attribute(); attribute;
             attribute = attribute.next_attribute())
            sum += std::strlen(attribute.name()) + std::strlen(attribute.value());
        sum += walk(node);
    }
    return sum;
}

std::int64_t walk(const rapidxml::xml_node<> &parent) {
    std::int64_t sum = 0;
    for (auto *node = parent.first_node(); node; node = node->next_sibling()) {
        if (node->type() != rapidxml::node_element) {
            sum += node->value_size();
            continue;
        }
        sum += node->name_size();
        for (auto *attribute = node->first_attribute(); attribute;
             attribute = attribute->next_attribute())
            sum += attribute->name_size() + attribute->value_size();
        sum += walk(*node);
    }
    return sum;
}

} // namespace

// The default flags: references and line ends are read as XML has it, comments and white space between
// elements are left out. It parses in place, which is its fastest way, and so destroys what it
// parses: the body is copied, as it would have to be out of the buffer of a connection. The document and
// the copy are used again, so that nothing but pages of nodes is allocated.
extern "C" std::int64_t shim_pugixml(const char *body, std::size_t length) {
    static thread_local pugi::xml_document document;
    static thread_local std::vector<char> copy;
    copy.assign(body, body + length);
    if (!document.load_buffer_inplace(copy.data(), length, pugi::parse_default,
                                      pugi::encoding_utf8))
        return -1;
    return walk(document);
}

// Non-destructive: leaves the body alone, and references as they are written. The body has to end with
// a zero byte.
extern "C" std::int64_t shim_rapidxml(const char *body) {
    static thread_local rapidxml::xml_document<> document;
    document.clear();
    try {
        document.parse<rapidxml::parse_non_destructive>(const_cast<char *>(body));
    } catch (const std::exception &) {
        return -1;
    }
    return walk(document);
}
