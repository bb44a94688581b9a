package dev.millrace.registry;

import java.util.Locale;
import java.util.Set;
import org.apache.avro.Schema;

/** What is looked for in events, and the types that a field with it may have. */
enum FieldContent {
  /** An encoded image. */
  IMAGE("bytes", Set.of(Schema.Type.BYTES, Schema.Type.FIXED)),
  /** The name of a class. */
  LABEL("string", Set.of(Schema.Type.STRING, Schema.Type.ENUM));

  private final String protobuf;
  private final Set<Schema.Type> avro;

  FieldContent(String protobuf, Set<Schema.Type> avro) {
    this.protobuf = protobuf;
    this.avro = avro;
  }

  /** {@return whether a field of this type in Avro may have it} */
  boolean mayBe(Schema.Type type) {
    return avro.contains(type);
  }

  /** {@return whether a field of this type in Protobuf may have it} */
  boolean mayBe(String type) {
    return type.equals(protobuf);
  }

  /** {@return the content in words, for messages} */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** {@return the type that a field should have} */
  String type() {
    return protobuf;
  }
}
