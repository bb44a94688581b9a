package dev.millrace.registry;

import java.util.Locale;
import org.apache.avro.Schema;

/**
 * The kinds of content that a field of an event may hold, and the types that the field may have.
 */
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

  /** {@return the name of this content in error messages} */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * {@return the name of the type that a field with this content should have, for error messages}
   */
  String type() {
    return protobuf;
  }
}
