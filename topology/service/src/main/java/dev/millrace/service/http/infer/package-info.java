/**
 * The bodies of inference requests and their answers, in the JSON of the Open Inference Protocol
 * and with Triton's extensions for binary tensors and classifications. This package does not depend
 * on HTTP connections.
 */
package dev.millrace.service.http.infer;
