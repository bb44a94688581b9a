package dev.millrace.service.command.demo;

import com.fasterxml.jackson.databind.JsonNode;
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
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.lifecycle.LongRunning;
import dev.millrace.service.command.lifecycle.StopSignal;
import dev.millrace.service.command.options.ModelFile;
import dev.millrace.service.command.output.PredictionLine;
import dev.millrace.service.demo.Demo;
import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.FashionMnist;
import dev.millrace.service.demo.TrainerProcess;
import dev.millrace.service.demo.VersionScores;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
      "A trainer learns beside it from most of Fashion-MNIST's test images, and the rest streams: each"
          + " version that is better is promoted live, and how often each is right is told. Everything"
          + " is in a temporary folder that goes in the end.",
      "With --model-file, --images or --untrained nothing is trained."
    })
public final class DemoCommand implements Callable<Integer>, LongRunning {

  private static final String MODEL = "demo";

  /** Of the 10,000 images. */
  private static final int LEARNED = 8_000;

  private static final int TELL_EVERY = 100;
  private static final long POLL_MS = 100;

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

  private final VersionScores scores = new VersionScores();
  private final long start = System.nanoTime();

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
    try (StopSignal stop = StopSignal.listen();
        Demo demo = Demo.start(folder.resolve("broker"))) {
      say("the broker is at " + demo.bootstrapServers() + "; Ctrl-C ends the demo");
      if (untrained || modelFile != null || images != null) {
        List<DemoImage> stream = images == null ? FashionMnist.read() : read(images);
        ModelVersion model = publish(new ModelRepository(folder.resolve("models")));
        demo.serve(model);
        say(model + " serves");
        stream(demo, stream, stop);
      } else {
        learn(demo, folder, stop);
      }
      say(scores.table());
      say(
          scores.count()
              + " predictions, "
              + scores.right()
              + " with the label that the image has");
    } finally {
      Utils.delete(folder.toFile());
    }
    return ExitCode.DONE;
  }

  /** Trains on the first images, and streams the others once a version is there. */
  private void learn(Demo demo, Path folder, StopSignal stop)
      throws IOException, InterruptedException {
    List<DemoImage> all = FashionMnist.read();
    Path labelled = folder.resolve("labelled");
    for (DemoImage image : all.subList(0, LEARNED)) {
      Path file = labelled.resolve(image.key());
      Files.createDirectories(file.getParent());
      Files.write(file, image.encoded());
    }
    ModelRepository repository = new ModelRepository(folder.resolve("models"));
    say("a trainer learns from " + LEARNED + " images; the others stream once it knows a little");
    try (TrainerProcess trainer =
        TrainerProcess.start(
            folder, this::tellOfTraining, training(demo, folder, labelled, repository))) {
      boolean ready = false;
      while (!ready && !stop.isRequested()) {
        ready = trainer.awaitFirstVersion(POLL_MS);
      }
      if (ready) {
        demo.serve(repository.version(MODEL, 1));
        stream(demo, all.subList(LEARNED, all.size()), stop);
      }
    }
  }

  /** A ResNet-20 at half the side, on all cores but one, gets there within three minutes. */
  private static Object[] training(
      Demo demo, Path folder, Path labelled, ModelRepository repository) {
    return new Object[] {
      "--data",
      labelled,
      "--arch",
      "resnet20",
      "--stem",
      "cifar_halved",
      "--size",
      FashionMnist.SIDE,
      "--epochs",
      24,
      "--batch-size",
      64,
      "--learning-rate",
      0.05,
      "--schedule",
      "cosine",
      "--crop-padding",
      2,
      "--threads",
      Math.max(1, Runtime.getRuntime().availableProcessors() - 1),
      "--repository",
      repository.root(),
      "--model",
      MODEL,
      "--run",
      folder.resolve("training"),
      "--export-every",
      15,
      "--promote-if-better",
      0.2,
      "--bootstrap-servers",
      demo.bootstrapServers()
    };
  }

  private void tellOfTraining(JsonNode event) {
    switch (event.path("event").asText()) {
      case "epoch" ->
          say(
              String.format(
                  Locale.ROOT,
                  "trainer: epoch %d, loss %.3f",
                  event.at("/report/epoch").asInt(),
                  event.at("/report/loss").asDouble()));
      case "judged" ->
          say(
              "trainer: "
                  + (event.at("/verdict/blessed").asBoolean() ? "blessed: " : "not blessed: ")
                  + event.at("/verdict/reason").asText());
      case "promoted" -> say("trainer: version " + event.path("version").asInt() + " is promoted");
      default -> {}
    }
  }

  private void stream(Demo demo, List<DemoImage> stream, StopSignal stop) {
    PredictionLine line = new PredictionLine(ZoneId.systemDefault());
    demo.run(
        stream,
        rate,
        () -> !stop.isRequested() && (count == null || scores.count() < count),
        record -> show(line, record));
  }

  private void show(PredictionLine line, ConsumerRecord<String, Prediction> record) {
    int version = record.value().model().version();
    boolean first = scores.add(version, record.key().startsWith(record.value().label() + "/"));
    say(line.of(record, record.value()));
    if (first) {
      say(
          String.format(
              Locale.ROOT,
              "version %d serves, %.0f s after the start",
              version,
              (System.nanoTime() - start) / 1e9));
    }
    if (scores.count() % TELL_EVERY == 0) {
      say(scores.of(version));
    }
  }

  private synchronized void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }

  private ModelVersion publish(ModelRepository repository) {
    Labels names = labels == null ? FashionMnist.LABELS : Labels.read(labels);
    byte[] onnx = modelFile == null ? untrained(names.size()) : ModelFile.read(modelFile);
    Preprocessing preprocessing =
        new Preprocessing(size, size, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
    return repository.publish(
        MODEL,
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

  private static List<DemoImage> read(Path folder) throws IOException {
    List<DemoImage> found = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
        String key = folder.relativize(file).toString().replace('\\', '/');
        int slash = key.lastIndexOf('/');
        found.add(
            new DemoImage(key, Files.readAllBytes(file), slash < 0 ? "" : key.substring(0, slash)));
      }
    }
    if (found.isEmpty()) {
      throw new CommandException(
          "there are no files in " + folder + "; give --images a folder of images");
    }
    return found;
  }
}
