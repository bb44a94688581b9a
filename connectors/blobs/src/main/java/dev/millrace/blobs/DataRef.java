package dev.millrace.blobs;

import java.util.List;

/**
 * A parsed and normalised URI of data: {@code file:}, {@code http:}, {@code https:} or {@code s3:}.
 *
 * <p>A URI that two programs could read in two ways is refused, because an {@link AllowList} must
 * judge the place that is read in the end: {@code .} and {@code ..} and slashes in any encoding,
 * {@code user@}, hosts that are not ASCII, numbers that stand for an IP address, and backslashes.
 * Scheme and host become lower case, and the default port is filled in.
 */
public sealed interface DataRef permits FileRef, ObjectRef, WebRef {

  /**
   * {@return the parsed URI}
   *
   * @param uri the URI of one file, object or page
   * @throws IllegalArgumentException if the URI is refused. The message says why. It does not
   *     repeat the URI, because a URI may contain a signature
   */
  static DataRef parse(String uri) {
    return RefParser.parse(uri);
  }

  /**
   * {@return the place that answers for the data, without a path: {@code file:}, {@code
   * https://a.example:443} or {@code s3://bucket}}
   */
  String store();

  /** {@return the decoded segments of the path; for S3, of the key} */
  List<String> path();
}
