{{- /* The name of all objects. The name of a Service starts with a letter and has no dots. A release's name may. */ -}}
{{- define "millrace.name" -}}
{{- $name := .Release.Name | replace "." "-" }}
{{- if regexMatch "^[0-9]" $name }}{{ $name = printf "%s-%s" .Chart.Name $name }}
{{- else if not (contains .Chart.Name $name) }}{{ $name = printf "%s-%s" $name .Chart.Name }}{{ end }}
{{- $name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "millrace.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "millrace.labels" -}}
{{ include "millrace.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | replace "+" "_" | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | quote }}
{{- end }}

{{- define "millrace.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (ternary (include "millrace.name" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{- define "millrace.image" -}}
{{- $repository := .Values.image.repository }}
{{- if gt (int64 .Values.gpu.count) 0 }}{{ $repository = .Values.gpu.image | default (printf "%s-gpu" $repository) }}{{ end }}
{{- if .Values.image.digest }}{{ printf "%s@%s" $repository .Values.image.digest }}
{{- else }}{{ printf "%s:%s" $repository (.Values.image.tag | default (.Chart.AppVersion | replace "+" "_")) }}{{ end }}
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
