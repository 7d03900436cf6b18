#include "core/util/nhs_number.hpp"

namespace gpswitch::nhs_number {

std::string parse(std::string_view text) {
    std::string digits;
    for (char c : text) {
        if (c == ' ' || c == '-') continue;
        if (c < '0' || c > '9' || digits.size() == 10) return {};
        digits += c;
    }
    if (digits.size() != 10 || digits.find_first_not_of(digits[0]) == std::string::npos) return {};
    int sum = 0;
    for (int i = 0; i < 9; ++i) sum += (digits[i] - '0') * (10 - i);
    const int check = (11 - sum % 11) % 11;
    if (check == 10 || check != digits[9] - '0') return {};
    return digits;
}

bool in_issued_range(std::string_view d) { return d.size() == 10 && d[0] != '9' && d[0] != '8'; }

}  // namespace gpswitch::nhs_number
