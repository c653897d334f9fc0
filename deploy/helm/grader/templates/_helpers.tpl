{{- define "grader.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag }}
{{- end }}

{{- define "grader.labels" -}}
app.kubernetes.io/name: grader
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "grader.databaseHost" -}}
{{- if .Values.database.enabled }}{{ .Release.Name }}-db{{ else }}{{ required "database.host is the host of your database, because database.enabled is false" .Values.database.host }}{{ end -}}
{{- end }}

{{- /* The password is in an own variable, which the client of PostgreSQL reads, so it is in no address. */ -}}
{{- define "grader.databaseEnvironment" -}}
- name: GRADER_DATABASE
  value: postgresql+psycopg://{{ .Values.database.user }}@{{ include "grader.databaseHost" . }}/{{ .Values.database.name }}
- name: PGPASSWORD
  valueFrom:
    secretKeyRef: {name: {{ .Values.database.secretName }}, key: password}
{{- end }}

{{- define "grader.tlsEnvironment" -}}
- {name: DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION, value: "true"}
- {name: DASK_DISTRIBUTED__COMM__TLS__CA_FILE, value: /tls/ca.pem}
{{- range list "CLIENT" "SCHEDULER" "WORKER" }}
- {name: DASK_DISTRIBUTED__COMM__TLS__{{ . }}__CERT, value: /tls/cert.pem}
- {name: DASK_DISTRIBUTED__COMM__TLS__{{ . }}__KEY, value: /tls/key.pem}
{{- end }}
{{- end }}

{{- define "grader.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
{{- end }}

{{- define "grader.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities: {drop: [ALL]}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- /* What docs/isolation.md says about containers: "strong" makes namespaces and mounts, and a new /proc. */ -}}
{{- define "grader.gradingSecurity" -}}
{{- if eq .Values.worker.isolation "strong" -}}
allowPrivilegeEscalation: false
capabilities: {drop: [ALL]}
seccompProfile: {type: Unconfined}
appArmorProfile: {type: Unconfined}
procMount: Unmasked
{{- else -}}
{{ include "grader.containerSecurity" . }}
{{- end -}}
{{- end }}

{{- define "grader.datasetsEnvironment" -}}
{{- if .Values.datasets.claimName }}
- {name: GRADER_DATA, value: /datasets}
{{- end }}
{{- end }}

{{- define "grader.datasetsMount" -}}
{{- if .Values.datasets.claimName }}
- {name: datasets, mountPath: /datasets, readOnly: true}
{{- end }}
{{- end }}

{{- define "grader.datasetsVolume" -}}
{{- with .Values.datasets.claimName }}
- name: datasets
  persistentVolumeClaim: {claimName: {{ . }}, readOnly: true}
{{- end }}
{{- end }}
