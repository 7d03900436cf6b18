#pragma once
#include <functional>
#include <string>
#include <string_view>

/// Encrypted members: OpenPGP, as EMIS sends its tables. GnuPG does it, through GPGME, with the keyring of
/// the user who runs us: GNUPGHOME, or ~/.gnupg. Nothing is fetched from a network, and no key is ever
/// handled here.
namespace gpswitch::archive {

/// Is that the name of an encrypted table ("X.csv.gpg", in any case)?
bool named_encrypted(std::string_view name);
/// The name without ".gpg".
std::string plain_name(std::string_view name);

/// Gives what `bytes`, one OpenPGP message, holds to `sink`, piece by piece. `where` is its name in messages.
/// The pieces are to be thrown away when this throws: only at its end does a message show that it is whole.
///
/// A key that is locked by a passphrase is asked for (by gpg-agent, in its own window) only when standard
/// input is a terminal; otherwise the agent must know the passphrase already.
///
/// Errors: InputError when it is no OpenPGP message, is encrypted for keys that are not in the keyring (it
/// says which) or are locked, is cut short, damaged or without a check of its integrity, is signed and the
/// signature is bad, or when gpg is not installed. What `sink` throws goes through.
/// A signature of somebody whose key is not in the keyring is not looked at.
void decrypt(std::string_view bytes, const std::string& where,
             const std::function<void(std::string_view)>& sink);

}  // namespace gpswitch::archive
