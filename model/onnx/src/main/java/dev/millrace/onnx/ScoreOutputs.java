package dev.millrace.onnx;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ScoreKind;
import dev.millrace.core.model.Setting;
import dev.millrace.onnx.proto.TensorShapeProto.Dimension;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds the output with the scores among the outputs of a model. */
final class ScoreOutputs {

  private final OnnxFile file;
  private final int labels;

  /**
   * Creates a search.
   *
   * @param labels number of labels
   */
  ScoreOutputs(OnnxFile file, int labels) {
    this.file = file;
    this.labels = labels;
  }

  /**
   * Finds the output.
   *
   * @param wanted the output's name, or null for the obvious output. If only one output has a score
   *     for each label, this output is obvious. Among several outputs with a score for each label,
   *     the only output with probabilities is obvious, because it is computed from the others
   * @throws ModelException if there is no output with this name, or no obvious output
   */
  ScoreOutput find(String wanted) {
    List<ValueInfoProto> outputs = required(file);
    if (wanted != null) {
      return outputs.stream()
          .filter(output -> output.getName().equals(wanted))
          .findFirst()
          .map(output -> ScoreOutput.of(file, output, outputs.size() > 1))
          .orElseThrow(
              () ->
                  new ModelException(
                      "the model has no output "
                          + OneLine.quoted(wanted)
                          + ": name one of "
                          + names(outputs)));
    }
    return outputs.size() == 1 ? ScoreOutput.of(file, outputs.get(0), false) : obvious(outputs);
  }

  /**
   * {@return the name of the output that a trial run requests: the first output that may hold
   * scores, or else the first output}
   *
   * @throws ModelException if there is no output
   */
  static String any(OnnxFile file) {
    List<ValueInfoProto> outputs = required(file);
    return outputs.stream()
        .filter(output -> ScoreOutput.declared(file, output, true).mayHoldScores())
        .findFirst()
        .orElse(outputs.get(0))
        .getName();
  }

  private static List<ValueInfoProto> required(OnnxFile file) {
    if (file.graph().getOutputCount() == 0) {
      throw new ModelException(
          "the model has no output: export one that returns one row of scores per image");
    }
    Set<String> seen = new HashSet<>();
    return file.graph().getOutputList().stream()
        .filter(output -> seen.add(output.getName()))
        .toList();
  }

  private ScoreOutput obvious(List<ValueInfoProto> outputs) {
    List<ScoreOutput> possible =
        outputs.stream()
            .filter(this::fits)
            .map(output -> ScoreOutput.declared(file, output, true))
            .filter(ScoreOutput::mayHoldScores)
            .toList();
    if (possible.size() == 1) {
      return possible.get(0);
    }
    List<ScoreOutput> probabilities =
        possible.stream()
            .filter(output -> output.kind() != null && output.kind() != ScoreKind.LOGITS)
            .toList();
    if (probabilities.size() == 1) {
      return probabilities.get(0);
    }
    if (outputs.stream()
        .noneMatch(output -> ScoreOutput.declared(file, output, true).mayHoldScores())) {
      throw new ModelException(
          "no output of the model ("
              + names(outputs)
              + ") holds float32 or float16 scores: export the model without its last step (ArgMax,"
              + " ZipMap or similar), so that it returns one score per class");
    }
    throw new ModelException(
        "the model has "
            + outputs.size()
            + " outputs ("
            + names(outputs)
            + "), and "
            + (possible.isEmpty() ? "none" : "more than one")
            + " may hold a score for each of the "
            + labels
            + " labels: name the output that does (in a config.pbtxt, with the output's label_filename)",
        Setting.OUTPUT);
  }

  /** {@return whether the declared dimensions allow one score per label} */
  private boolean fits(ValueInfoProto output) {
    if (!output.getType().getTensorType().hasShape()) {
      return true;
    }
    List<Dimension> shape = output.getType().getTensorType().getShape().getDimList();
    List<Dimension> row = shape.size() > 1 ? shape.subList(1, shape.size()) : shape;
    if (!row.stream().allMatch(Dimension::hasDimValue)) {
      return row.stream()
          .filter(Dimension::hasDimValue)
          .allMatch(side -> side.getDimValue() == 1 || side.getDimValue() == labels);
    }
    long scores = row.stream().mapToLong(Dimension::getDimValue).reduce(1, (a, b) -> a * b);
    return scores == labels || (scores == 1 && labels == 2);
  }

  private static String names(List<ValueInfoProto> outputs) {
    return OneLine.of(
        outputs.stream().map(ValueInfoProto::getName).collect(Collectors.joining(", ")));
  }
}
