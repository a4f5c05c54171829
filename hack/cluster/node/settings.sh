# shellcheck shell=bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Names, addresses and places of one node. CLUSTER_NUMBER moves all addresses, so
# that several clusters (with different CLUSTER_NAME) fit on one machine.
#
# The files that source this one use the values.
# shellcheck disable=SC2034,SC2153

NODE_DIR=$CLUSTER_DIR/node
NODE_RUN=$CLUSTER_CACHE/node/run-$CLUSTER_NAME
NODE_NUMBER=${CLUSTER_NUMBER:-0}
[[ $NODE_NUMBER =~ ^([0-9]|[1-9][0-9])$ ]] || die "CLUSTER_NUMBER '$NODE_NUMBER': want 0 to 99"

NODE_NAME=$CLUSTER_NAME-node
NODE_LINK=${CLUSTER_NAME}0               # host's end of the cable to the node
HOST_IP=10.250.$NODE_NUMBER.1            # its address
NODE_IP=10.250.$NODE_NUMBER.2            # the node's address; the API is on port 6443
POD_CIDR=10.244.$NODE_NUMBER.0/24
SERVICE_NET=10.$((96 + NODE_NUMBER))
SERVICE_CIDR=$SERVICE_NET.0.0/16
API_SERVICE_IP=$SERVICE_NET.0.1
DNS_IP=$SERVICE_NET.0.10

NODE_KUBECONFIG=$NODE_RUN/kubeconfig

# A proxy for the outside must not get the requests to the node.
export NO_PROXY="${NO_PROXY:-${no_proxy:-}},$NODE_IP,$POD_CIDR,$SERVICE_CIDR"
export no_proxy=$NO_PROXY

# render FILE: prints a file of config/ or addons/ with the values of this node.
render() {
  sed -e "s|@RUN@|$NODE_RUN|g" -e "s|@BIN@|$NODE_BIN|g" -e "s|@POD_CIDR@|$POD_CIDR|g" \
    -e "s|@DNS_IP@|$DNS_IP|g" "$1"
}
