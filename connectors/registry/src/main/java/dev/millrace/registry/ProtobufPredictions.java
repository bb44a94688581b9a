package dev.millrace.registry;

import com.google.protobuf.CodedInputStream;
import dev.millrace.events.Prediction;
import dev.millrace.events.Probabilities;
import dev.millrace.registry.generated.PredictionMessages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Writes and reads predictions as Protobuf, with the message index of the wire format. */
final class ProtobufPredictions {

  private ProtobufPredictions() {}

  /**
   * {@return the byte 0, which stands for the first message of the schema, followed by the message}
   */
  static byte[] bytes(Prediction prediction) {
    byte[] message = message(prediction).toByteArray();
    byte[] bytes = new byte[1 + message.length];
    System.arraycopy(message, 0, bytes, 1, message.length);
    return bytes;
  }

  private static PredictionMessages.Prediction message(Prediction prediction) {
    PredictionMessages.Prediction.Builder message =
        PredictionMessages.Prediction.newBuilder()
            .setId(prediction.id())
            .setLabel(prediction.label())
            .setProbability(prediction.probability())
            .setIndependent(prediction.independent());
    message
        .getModelBuilder()
        .setName(prediction.model().name())
        .setVersion(prediction.model().version())
        .setSha256(prediction.model().sha256());
    for (Prediction.Top top : prediction.top()) {
      message
          .addTopBuilder()
          .setIndex(top.index())
          .setLabel(top.label())
          .setProbability(top.probability());
    }
    if (prediction.independent()) {
      message.addAllLabels(prediction.labels());
    }
    Probabilities probabilities = prediction.probabilities();
    for (int i = 0; probabilities != null && i < probabilities.size(); i++) {
      message.addProbabilities(probabilities.get(i));
    }
    message
        .getSourceBuilder()
        .setTopic(prediction.source().topic())
        .setPartition(prediction.source().partition())
        .setOffset(prediction.source().offset());
    if (prediction.revision() != null) {
      message.setRevision(prediction.revision());
    }
    return message.build();
  }

  /**
   * {@return a prediction}
   *
   * @param value a record's value
   * @param from the position of the message index in {@code value}
   * @throws IOException if the value is not a message, or not of the first message type of its
   *     schema
   */
  static Prediction read(byte[] value, int from) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(value, from, value.length - from);
    if (in.readSInt32() != 0) {
      throw new IOException("it is not the first message of its schema");
    }
    PredictionMessages.Prediction message = PredictionMessages.Prediction.parseFrom(in);
    List<Prediction.Top> top = new ArrayList<>(message.getTopCount());
    for (PredictionMessages.Prediction.Top one : message.getTopList()) {
      top.add(new Prediction.Top(one.getIndex(), one.getLabel(), one.getProbability()));
    }
    return new Prediction(
        message.getId(),
        new Prediction.Model(
            message.getModel().getName(),
            message.getModel().getVersion(),
            message.getModel().getSha256()),
        message.getLabel(),
        message.getProbability(),
        top,
        message.getIndependent() ? message.getLabelsList() : null,
        probabilities(message),
        new Prediction.Source(
            message.getSource().getTopic(),
            message.getSource().getPartition(),
            message.getSource().getOffset()),
        message.hasRevision() ? message.getRevision() : null);
  }

  private static Probabilities probabilities(PredictionMessages.Prediction message) {
    if (message.getProbabilitiesCount() == 0) {
      return null;
    }
    float[] values = new float[message.getProbabilitiesCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = message.getProbabilities(i);
    }
    return Probabilities.of(values);
  }
}
