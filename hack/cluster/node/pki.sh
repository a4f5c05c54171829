# shellcheck shell=bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# One CA, the certificates and the kubeconfigs of a one-node cluster, made with
# openssl. They stay when the node goes down, so the kubeconfig stays valid; the
# directory is made complete or not at all.

# pki_make fills $NODE_RUN/pki unless it is there for the same addresses.
pki_make() {
  local dir=$NODE_RUN/pki new=$NODE_RUN/pki.new
  [ "$(cat "$dir/for" 2>/dev/null)" != "$NODE_NAME $NODE_IP $API_SERVICE_IP" ] || return 0
  rm -rf "$dir" "$new"
  mkdir -p "$new"
  (cd "$new" && umask 077 && pki_files) || die "could not make the certificates in $new"
  mv "$new" "$dir"
  cp "$dir/admin.kubeconfig" "$NODE_KUBECONFIG"
  chmod 600 "$NODE_KUBECONFIG"
}

pki_files() {
  set -e
  pki_authority ca "$CLUSTER_NAME-ca"
  pki_authority front "$CLUSTER_NAME-front-proxy-ca"
  openssl genrsa -out sa.key 2048 2>/dev/null
  openssl rsa -in sa.key -pubout -out sa.pub 2>/dev/null
  local service=DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc
  service+=,DNS:kubernetes.default.svc.cluster.local,DNS:localhost
  pki_certificate apiserver /CN=kube-apiserver ca "$service,IP:$API_SERVICE_IP,IP:127.0.0.1,IP:$NODE_IP"
  pki_certificate apiserver-kubelet /O=system:masters/CN=apiserver-kubelet ca
  pki_certificate front-client /CN=front-proxy-client front
  pki_certificate kubelet-server "/CN=$NODE_NAME" ca "DNS:$NODE_NAME,IP:$NODE_IP"
  pki_user admin /O=system:masters/CN=admin
  pki_user kubelet "/O=system:nodes/CN=system:node:$NODE_NAME"
  pki_user controller-manager /CN=system:kube-controller-manager
  pki_user scheduler /CN=system:kube-scheduler
  pki_user proxy /CN=system:kube-proxy
  echo "$NODE_NAME $NODE_IP $API_SERVICE_IP" >for
}

pki_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key" 2>/dev/null; }

pki_authority() {
  pki_key "$1"
  openssl req -x509 -new -key "$1.key" -subj "/CN=$2" -days 3650 -out "$1.crt" \
    -addext basicConstraints=critical,CA:true -addext keyUsage=critical,keyCertSign,digitalSignature,cRLSign
}

# pki_certificate NAME SUBJECT AUTHORITY [ALTERNATIVE NAMES]
pki_certificate() {
  pki_key "$1"
  openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
  {
    echo keyUsage=critical,digitalSignature
    echo extendedKeyUsage=serverAuth,clientAuth
    [ -z "${4:-}" ] || echo "subjectAltName=$4"
  } >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA "$3.crt" -CAkey "$3.key" -set_serial "0x$(openssl rand -hex 8)" \
    -days 3650 -extfile "$1.ext" -out "$1.crt" 2>/dev/null
  rm "$1.csr" "$1.ext"
}

# pki_user NAME SUBJECT: a client certificate and its kubeconfig.
pki_user() {
  pki_certificate "$1" "$2" ca
  cat >"$1.kubeconfig" <<YAML
apiVersion: v1
kind: Config
clusters:
- name: $CLUSTER_NAME
  cluster: {server: "https://$NODE_IP:6443", certificate-authority-data: $(base64 -w0 ca.crt)}
users:
- name: $CLUSTER_NAME-$1
  user: {client-certificate-data: $(base64 -w0 "$1.crt"), client-key-data: $(base64 -w0 "$1.key")}
contexts:
- name: $CLUSTER_NAME
  context: {cluster: $CLUSTER_NAME, user: $CLUSTER_NAME-$1}
current-context: $CLUSTER_NAME
YAML
}
