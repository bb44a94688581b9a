package dev.millrace.events;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** An event whose image is stored elsewhere, as CloudEvents' extension {@code dataref} says. */
final class ClaimCheck {

  /** The attribute with the URI of the image. */
  static final String DATAREF = "dataref";

  /** The attribute with the checksum of the image. */
  static final String SHA256 = "sha256";

  /** What the names of a CloudEvent's attributes begin with as headers (binary mode). */
  private static final String PREFIX = "ce_";

  private ClaimCheck() {}

  /** {@return where the headers of an event in binary mode say that its image is} */
  static Optional<ImageReference> of(Headers headers) {
    return text(headers, DATAREF)
        .map(uri -> new ImageReference(uri, text(headers, SHA256).orElse(null)));
  }

  private static Optional<String> text(Headers headers, String attribute) {
    Header header = headers.lastHeader(PREFIX + attribute);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
  }
}
