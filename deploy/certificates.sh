#!/bin/sh
# Makes an authority, and one certificate for the scheduler, the workers and the web processes, which all must show it:
# sh certificates.sh FOLDER HOST, where HOST is the name of the scheduler. Delete FOLDER/ca-key.pem afterwards, or keep it secret.
set -eu
folder=$1
host=$2
mkdir -p "$folder"
cd "$folder"
umask 077
openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -subj /CN=grader-authority -keyout ca-key.pem -out ca.pem
openssl req -newkey rsa:3072 -nodes -subj "/CN=$host" -addext "subjectAltName=DNS:$host" -keyout key.pem -out request.pem
openssl x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -days 825 -copy_extensions copy -out cert.pem
rm request.pem
# The user in the image is 1000; only the key of the authority stays private.
chmod 644 ca.pem cert.pem key.pem
chmod 700 .
