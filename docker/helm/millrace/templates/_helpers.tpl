{{- define "millrace.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "millrace.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "millrace.labels" -}}
{{ include "millrace.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "millrace.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (ternary (include "millrace.name" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{- /* The consumer group. The default is also that of `serve`. */ -}}
{{- define "millrace.group" -}}
{{ .Values.kafka.group | default (printf "millrace-%s" .Values.model.name) }}
{{- end }}

{{- /* The ports of the brokers, as a list in JSON. */ -}}
{{- define "millrace.kafkaPorts" -}}
{{- $ports := list }}
{{- range splitList "," .Values.kafka.bootstrapServers }}{{ $ports = append $ports (regexFind "[0-9]+$" . | int64) }}{{ end }}
{{- range .Values.kafka.ports }}{{ $ports = append $ports (int64 .) }}{{ end }}
{{- $ports | uniq | toJson }}
{{- end }}

{{- /* The port of the model repository. */ -}}
{{- define "millrace.modelPort" -}}
{{- $server := regexFind "^https?://[^/?#]*" .Values.model.uri }}
{{- regexFind ":[0-9]+$" $server | trimPrefix ":" | default (ternary "80" "443" (hasPrefix "http://" .Values.model.uri)) }}
{{- end }}
