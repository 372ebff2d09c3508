#!/usr/bin/env bash
# Makes a certificate authority, and certificates as servers have them, good and bad ones: authority.sh FOLDER NAME...
#
# ca.pem is what browsers trust. Each of these certificates has the key key.pem:
#   good.pem        for the names, with the whole chain
#   incomplete.pem  the same without the intermediate certificate
#   expired.pem     for the names, out of date
#   wrong.pem       for another name
#   unknown.pem     for the names, of an authority that no browser knows
set -euo pipefail

folder=$1
shift
mkdir -p "$folder"
cd "$folder"
# openssl tells much on stderr, of which only a failure matters.
exec 3>&2 2>log
trap 'cat log >&3' ERR

names=$(printf ',DNS:%s' "$@")
touch index.txt
cat >ca.cnf <<END_OF_CNF
[ca]
default_ca = ours
[ours]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
subjectAltName = ${names#,}
[wrong]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
subjectAltName = DNS:somewhere-else.test
END_OF_CNF

# request NAME: makes a key and a request to be signed.
request() {
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
}

# sign REQUEST AUTHORITY EXTENSIONS CERTIFICATE [DAYS...]: the authority signs the request.
sign() {
    openssl ca -batch -notext -config ca.cnf -in "$1.csr" -cert "$2.pem" -keyfile "$2.key" -extensions "$3" \
        -out "$4.pem" "${@:5}"
}

for authority in ca unknown-ca; do
    request "$authority"
    openssl x509 -req -in "$authority.csr" -signkey "$authority.key" -days 90 -extfile ca.cnf -extensions root \
        -out "$authority.pem"
done
request intermediate
sign intermediate ca root intermediate -days 60
request leaf
mv leaf.key key.pem
sign leaf intermediate leaf incomplete -days 60
sign leaf intermediate leaf expired -startdate 20250101000000Z -enddate 20250301000000Z
sign leaf intermediate wrong wrong -days 60
sign leaf unknown-ca leaf unknown -days 60
cat incomplete.pem intermediate.pem >good.pem
for bad in expired wrong; do
    cat intermediate.pem >>"$bad.pem"
done
