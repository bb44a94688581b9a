package dev.millrace.service.http.infer;

import java.util.List;

/**
 * A request to classify images.
 *
 * @param id the caller's name for the request, or null
 * @param images the bytes of the image files, at least one, none of them empty
 * @param classification the number of most probable classes to return for each image; 0 for the
 *     probabilities of all classes
 * @param isBinaryOutput whether the output's values follow the JSON of the answer, instead of being
 *     in it
 */
public record InferRequest(
    String id, List<byte[]> images, int classification, boolean isBinaryOutput) {

  /** The name of the input, of which a request has exactly one. */
  public static final String INPUT = "image";

  /** The name of the output, of which an answer has exactly one. */
  public static final String OUTPUT = "probabilities";

  /** The datatype of the input, and of an output of classifications. */
  public static final String BYTES = "BYTES";

  /** The datatype of the output. */
  public static final String FP32 = "FP32";

  /** The header with the length, in bytes, of the JSON before binary values. */
  public static final String JSON_LENGTH = "Inference-Header-Content-Length";
}
