package com.example.parcels;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** Serdes of Protobuf messages without a schema registry. */
final class ProtobufSerde {

  private ProtobufSerde() {}

  static <M extends MessageLite> Serde<M> of(Parser<M> parser) {
    return Serdes.serdeFrom(
        (topic, message) -> message == null ? null : message.toByteArray(),
        (topic, bytes) -> parse(parser, bytes));
  }

  private static <M> M parse(Parser<M> parser, byte[] bytes) {
    try {
      return bytes == null ? null : parser.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new SerializationException("not a Protobuf message of this type", e);
    }
  }
}
