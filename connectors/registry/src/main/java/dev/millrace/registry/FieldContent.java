package dev.millrace.registry;

import java.util.Locale;
import org.apache.avro.Schema;

/** The content to find in events, and the types that a field with this content may have. */
enum FieldContent {
  /** An encoded image. */
  IMAGE("bytes", Schema.Type.BYTES, Schema.Type.FIXED),
  /** The name of a class. */
  LABEL("string", Schema.Type.STRING, Schema.Type.ENUM);

  private final String protobuf;
  private final Schema.Type usual;
  private final Schema.Type other;

  FieldContent(String protobuf, Schema.Type usual, Schema.Type other) {
    this.protobuf = protobuf;
    this.usual = usual;
    this.other = other;
  }

  /** {@return whether an Avro field of the given type may have this content} */
  boolean mayBe(Schema.Type type) {
    return type == usual || type == other;
  }

  /** {@return whether a Protobuf field of the given type may have this content} */
  boolean mayBe(String type) {
    return type.equals(protobuf);
  }

  /** {@return the content in words, as messages name it} */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** {@return the type that a field should have, as messages name it} */
  String type() {
    return protobuf;
  }
}
