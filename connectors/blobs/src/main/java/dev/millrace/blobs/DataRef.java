package dev.millrace.blobs;

import java.util.List;

/**
 * A parsed and normalised URI of data: {@code file:}, {@code http:}, {@code https:} or {@code s3:}.
 *
 * <p>A URI is refused if two programs could understand it differently. Otherwise, the {@link
 * AllowList} might check one place, and the client might read another. So the path must not contain
 * a segment {@code .} or {@code ..}, a backslash or an encoded slash. The host must be ASCII, must
 * not be a number in place of an IP address, and must not follow {@code user@}. Scheme and host
 * become lower case, and a missing port becomes the default port.
 */
public sealed interface DataRef permits FileRef, ObjectRef, WebRef {

  /**
   * {@return the parsed URI}
   *
   * @param uri the URI of one file, object or page
   * @throws IllegalArgumentException if the URI is refused. The message says why. The message does
   *     not repeat the URI, because a URI may contain a signature
   */
  static DataRef parse(String uri) {
    return RefParser.parse(uri);
  }

  /**
   * {@return the store that holds the data, without a path: {@code file:}, {@code
   * https://a.example:443} or {@code s3://bucket}}
   */
  String store();

  /** {@return the decoded segments of the path, or of the key in S3} */
  List<String> path();
}
