package dev.millrace.service.command.demo;

import dev.millrace.core.files.WholeFile;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.lifecycle.LongRunning;
import dev.millrace.service.command.lifecycle.StopSignal;
import dev.millrace.service.command.models.ModelTrial;
import dev.millrace.service.command.options.PageOptions;
import dev.millrace.service.command.output.Terminal;
import dev.millrace.service.demo.Demo;
import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.FashionMnist;
import dev.millrace.service.demo.TrainerProcess;
import dev.millrace.service.demo.VersionScores;
import dev.millrace.service.page.PageConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code millrace demo}. */
@Command(
    name = "demo",
    description = {
      "Run a demo on this machine: broker, trainer and service.",
      "A trainer learns from 8,000 of Fashion-MNIST's 10,000 test images, and the service"
          + " classifies a stream of the other 2,000. While the stream runs, the trainer promotes"
          + " each new version that is better than the promoted version. All files are in a"
          + " temporary folder, which is deleted at the end. To stop the demo, press Ctrl-C, or"
          + " press q on the live screen.",
      "With --model-file, --images or --untrained, the demo trains nothing.",
      "In a terminal of at least 80 by 24 characters, the demo shows a live screen. In a pipe, in a"
          + " smaller terminal or with NO_COLOR=1, it prints one line per prediction and event."
    },
    footerHeading = Examples.HEADING,
    footer = {"  millrace demo", "  millrace demo --untrained --count 100"})
public final class DemoCommand implements Callable<Integer>, LongRunning {

  private static final String MODEL = "demo";

  /** Number of images to train on, out of Fashion-MNIST's 10,000 test images. */
  private static final int LEARNED = 8_000;

  private static final long POLL_MS = 100;

  @Spec private CommandSpec spec;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "Folder of images to stream, with one folder per class (default: Fashion-MNIST's test"
              + " images).")
  private Path images;

  @Mixin private DemoModelOptions model;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "20",
      description = "Images per second (default: ${DEFAULT-VALUE}).")
  private double rate;

  @Grouped(Section.HTTP)
  @Option(
      names = "--http",
      paramLabel = "PORT",
      defaultValue = "0",
      description =
          "Port of the live page on this machine; 0 picks a free one (default:"
              + " ${DEFAULT-VALUE}).")
  private int port;

  @Mixin private PageOptions page;

  @Option(names = "--count", paramLabel = "N", description = "Stop after N predictions.")
  private Long count;

  @Override
  public Integer call() throws IOException, InterruptedException {
    model.validate(spec);
    if (!(rate > 0)) {
      throw new ParameterException(spec.commandLine(), "rate: " + rate + " is not above 0");
    }
    Optional<PageConfig> shown = page.config();
    Path folder = Files.createTempDirectory("millrace-demo");
    try (StopSignal stop = StopSignal.listen()) {
      run(folder, shown, stop);
    } finally {
      Utils.delete(folder.toFile());
    }
    return ExitCode.DONE;
  }

  private void run(Path folder, Optional<PageConfig> shown, StopSignal stop)
      throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    VersionScores scores = new VersionScores();
    try (DemoScreen screen = screen(out, scores);
        Demo demo = Demo.start(folder.resolve("broker"))) {
      screen.say("the broker is at " + demo.bootstrapServers() + "; Ctrl-C ends the demo");
      if (model.isGiven() || images != null) {
        List<DemoImage> stream = images == null ? FashionMnist.read() : read(images);
        ModelVersion version = model.publish(new ModelRepository(folder.resolve("models")), MODEL);
        demo.serve(version);
        screen.say(version + " serves");
        stream(demo, stream, shown, stop, scores, screen);
      } else {
        learn(demo, folder, shown, stop, scores, screen);
      }
    }
    out.println(scores.table());
    out.println(
        scores.count() + " predictions, " + scores.right() + " with the label that the image has");
    out.flush(); // after a signal, the JVM ends as soon as the stop signal is closed
  }

  /** {@return a live screen if the terminal can show one, otherwise a screen that prints lines} */
  private static DemoScreen screen(PrintWriter out, VersionScores scores) {
    return Terminal.ofThisProcess().outputStyle().colored()
        ? LiveScreen.terminal()
            .<DemoScreen>map(terminal -> new LiveScreen(terminal, scores, System::nanoTime))
            .orElseGet(() -> new LineScreen(out, scores, System::nanoTime))
        : new LineScreen(out, scores, System::nanoTime);
  }

  /**
   * Trains on the first {@value #LEARNED} images, and streams the others once the trainer has
   * promoted its first version.
   */
  private void learn(
      Demo demo,
      Path folder,
      Optional<PageConfig> shown,
      StopSignal stop,
      VersionScores scores,
      DemoScreen screen)
      throws IOException, InterruptedException {
    List<DemoImage> all = FashionMnist.read();
    Path labelled = folder.resolve("labelled");
    for (DemoImage image : all.subList(0, LEARNED)) {
      Path file = labelled.resolve(image.key());
      Files.createDirectories(file.getParent());
      Files.write(file, image.encoded());
    }
    ModelRepository repository = new ModelRepository(folder.resolve("models"));
    screen.say(
        "a trainer learns from " + LEARNED + " images; the others stream once it knows a little");
    try (TrainerProcess trainer =
        TrainerProcess.start(
            folder, screen::training, training(demo, folder, labelled, repository))) {
      boolean ready = false;
      while (!ready && !stop.isRequested() && !screen.isEnded()) {
        ready = trainer.awaitFirstVersion(POLL_MS);
      }
      if (ready) {
        demo.serve(repository.version(MODEL, 1));
        stream(demo, all.subList(LEARNED, all.size()), shown, stop, scores, screen);
      }
    }
  }

  /**
   * {@return the arguments of {@code millrace train}} The trainer uses all cores but one, and
   * trains a ResNet-20 with a stem that halves the width and the height of the images. The trainer
   * can therefore publish good versions within three minutes.
   */
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

  private void stream(
      Demo demo,
      List<DemoImage> images,
      Optional<PageConfig> shown,
      StopSignal stop,
      VersionScores scores,
      DemoScreen screen) {
    Map<String, DemoImage> byKey =
        images.stream().collect(Collectors.toMap(DemoImage::key, Function.identity()));
    if (shown.isPresent()) {
      PageConfig labelled =
          shown.get().withTruth(id -> Optional.ofNullable(byKey.get(id)).map(DemoImage::label));
      screen.say("the page is at " + address(demo, labelled));
    }
    demo.run(
        images,
        rate,
        () -> !stop.isRequested() && !screen.isEnded() && (count == null || scores.count() < count),
        record -> screen.prediction(record, byKey.get(record.key())));
  }

  private URI address(Demo demo, PageConfig shown) {
    try {
      return demo.show(port, shown, ModelTrial.usual()::check);
    } catch (IOException e) {
      throw new CommandException(
          "cannot listen on port " + port + ": " + e.getMessage() + "; give --http another port",
          e);
    }
  }

  private static List<DemoImage> read(Path folder) throws IOException {
    List<DemoImage> found = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
        String key = folder.relativize(file).toString().replace('\\', '/');
        int slash = key.lastIndexOf('/');
        found.add(
            new DemoImage(key, WholeFile.read(file), slash < 0 ? "" : key.substring(0, slash)));
      }
    }
    if (found.isEmpty()) {
      throw new CommandException(
          "there are no files in " + folder + "; give --images a folder of images");
    }
    return found;
  }
}
