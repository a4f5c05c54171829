{{- /*
Copyright The QuantumRerank Authors.
SPDX-License-Identifier: Apache-2.0
*/ -}}
{{/* The chart's name, or what replaces it. */}}
{{- define "quantumrerank.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The prefix of every object's name. Short enough to leave room for suffixes. */}}
{{- define "quantumrerank.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 42 | trimSuffix "-" -}}
{{- else if contains (include "quantumrerank.name" .) .Release.Name -}}
{{- .Release.Name | trunc 42 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "quantumrerank.name" .) | trunc 42 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "quantumrerank.operatorName" -}}
{{- printf "%s-operator" (include "quantumrerank.fullname" .) -}}
{{- end -}}

{{/* The prefix of cluster-scoped names: two releases may live in one cluster. */}}
{{- define "quantumrerank.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "quantumrerank.fullname" .) -}}
{{- end -}}

{{- define "quantumrerank.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "quantumrerank.operatorName" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/*
What selects the operator's pods. It never changes during a release's life, and
the name is the one by which Rerankers' network policies let the operator in.
*/}}
{{- define "quantumrerank.selectorLabels" -}}
app.kubernetes.io/name: quantumrerank-operator
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end -}}

{{- define "quantumrerank.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "quantumrerank.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: quantumrerank
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The chart's labels and more, (root, more): what is named twice is written once, and the nearer value wins. */}}
{{- define "quantumrerank.labelsAnd" -}}
{{- toYaml (merge (dict) (default dict .more) (include "quantumrerank.labels" .root | fromYaml)) -}}
{{- end -}}

{{/* "true" when metrics are served over TLS to authorized callers. */}}
{{- define "quantumrerank.secureMetrics" -}}
{{- if kindIs "bool" .Values.metrics.secure -}}
{{- .Values.metrics.secure -}}
{{- else -}}
{{- empty .Values.watchNamespaces -}}
{{- end -}}
{{- end -}}

{{/* An image reference of (root, image): registry, then digest before tag. */}}
{{- define "quantumrerank.image" -}}
{{- $root := .root -}}
{{- $image := .image -}}
{{- $repository := $image.repository -}}
{{- with $root.Values.imageRegistry -}}
{{- $repository = printf "%s/%s" . $repository -}}
{{- end -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (default $root.Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}
