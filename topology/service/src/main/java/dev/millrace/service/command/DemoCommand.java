package dev.millrace.service.command;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.events.Prediction;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.service.demo.Demo;
import dev.millrace.service.demo.FashionMnist;
import dev.millrace.service.demo.LabelledImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace demo}. */
@Command(
    name = "demo",
    description = {
      "Stream real images through a broker and a model on this machine, until Ctrl-C.",
      "Without --model-file the model is a ResNet-20 with random weights: it has learned nothing, and"
          + " its labels are guesses. Everything is in a temporary folder that goes in the end."
    })
final class DemoCommand implements Callable<Integer>, LongRunning {

  private static final List<Float> MEAN = List.of(0.485f, 0.456f, 0.406f);
  private static final List<Float> STD = List.of(0.229f, 0.224f, 0.225f);

  @Spec private CommandSpec spec;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "Images to stream, in a folder a class (default: Fashion-MNIST's test set).")
  private Path images;

  @Option(
      names = "--untrained",
      description = "Serve a model that has learned nothing, and train none.")
  private boolean untrained;

  @Option(names = "--model-file", paramLabel = "FILE", description = "An ONNX classifier to serve.")
  private Path modelFile;

  @Option(names = "--labels", paramLabel = "FILE", description = "Its classes, one name a line.")
  private Path labels;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      defaultValue = "32",
      description = "Side of its input (default: ${DEFAULT-VALUE}).")
  private int size;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "20",
      description = "Images a second (default: ${DEFAULT-VALUE}).")
  private double rate;

  @Option(names = "--count", paramLabel = "N", description = "End after so many predictions.")
  private Long count;

  private long shown;
  private long right;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (modelFile != null && labels == null) {
      throw new ParameterException(
          spec.commandLine(), "--model-file needs --labels, the names of its classes");
    }
    if (!(rate > 0)) {
      throw new ParameterException(spec.commandLine(), "rate: " + rate + " is not above 0");
    }
    Path folder = Files.createTempDirectory("millrace-demo");
    try (StopSignal stop = StopSignal.listen()) {
      List<LabelledImage> stream = images == null ? FashionMnist.read() : read(images);
      ModelVersion model = publish(new ModelRepository(folder.resolve("models")));
      try (Demo demo = Demo.start(folder.resolve("broker"), model)) {
        say(model + " serves; the broker is at " + demo.bootstrapServers() + "; Ctrl-C ends it");
        PredictionLine line = new PredictionLine(ZoneId.systemDefault());
        demo.run(
            stream,
            rate,
            () -> !stop.isRequested() && (count == null || shown < count),
            record -> show(line, record));
      }
      say(shown + " predictions, " + right + " with the label that the image has");
    } finally {
      Utils.delete(folder.toFile());
    }
    return ExitCode.DONE;
  }

  private void show(PredictionLine line, ConsumerRecord<String, Prediction> record) {
    shown++;
    right += record.key().startsWith(record.value().label() + "/") ? 1 : 0;
    say(line.of(record, record.value()));
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }

  private ModelVersion publish(ModelRepository repository) {
    Labels names = labels == null ? FashionMnist.LABELS : Labels.read(labels);
    byte[] onnx = modelFile == null ? untrained(names.size()) : ModelsImportCommand.read(modelFile);
    Preprocessing preprocessing = new Preprocessing(size, size, MEAN, STD);
    return repository.publish(
        "demo",
        ModelPreparation.prepare(onnx, preprocessing, names).bytes(),
        preprocessing,
        names,
        new ModelManifest.Source(
            "import", modelFile == null ? null : modelFile.getFileName().toString(), null));
  }

  private static byte[] untrained(int classes) {
    ResNet network = ResNet.of("resnet20").withClasses(classes);
    return ResNetOnnx.write(network, HeInitialization.of(network, 1));
  }

  private static List<LabelledImage> read(Path folder) throws IOException {
    List<LabelledImage> found = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
        String key = folder.relativize(file).toString().replace('\\', '/');
        int slash = key.lastIndexOf('/');
        found.add(
            new LabelledImage(
                key, Files.readAllBytes(file), slash < 0 ? "" : key.substring(0, slash)));
      }
    }
    if (found.isEmpty()) {
      throw new CommandException(
          "there are no files in " + folder + "; give --images a folder of images");
    }
    return found;
  }
}
