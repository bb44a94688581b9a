/**
 * The bodies of inference requests and their answers, in the JSON of the Open Inference Protocol
 * and with Triton's extensions for binary tensors and classifications. Knows nothing of HTTP's
 * connections.
 */
package dev.millrace.service.http.infer;
