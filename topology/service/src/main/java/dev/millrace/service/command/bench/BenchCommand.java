package dev.millrace.service.command.bench;

import dev.millrace.core.model.Device;
import dev.millrace.service.bench.BenchmarkConfig;
import dev.millrace.service.bench.Benchmarks;
import dev.millrace.service.bench.Figure;
import dev.millrace.service.bench.Machine;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.lifecycle.LongRunning;
import dev.millrace.service.command.output.Json;
import dev.millrace.service.command.output.Version;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace bench}. */
@Command(
    name = "bench",
    description = {
      "Measure Millrace and alternatives to Millrace on this machine.",
      "The measurements start a broker and processes of their own, and take hours. Run nothing else"
          + " on the machine meanwhile. Use --only to measure only some parts."
    },
    footerHeading = Examples.HEADING,
    footer = {"  millrace bench --list", "  millrace bench --only resnet20 --rounds 3"})
public final class BenchCommand implements Callable<Integer>, LongRunning {

  @Spec private CommandSpec spec;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      description =
          "Parts to measure, separated by commas. --list prints their names. NAME can also be"
              + " the name of a result; it then selects the part that measures this result.")
  private List<String> only = new ArrayList<>();

  @Option(names = "--list", description = "List what can be measured and exit.")
  private boolean list;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      split = ",",
      description =
          "Devices to measure, cpu or cuda:N, separated by commas (default: ${DEFAULT-VALUE}). If"
              + " the devices are GPUs, the part 'cuda' runs first, and parts that need no GPU are"
              + " left out.")
  private List<String> devices = List.of(Device.CPU.toString());

  @Option(
      names = "--photographs",
      paramLabel = "DIR",
      description =
          "Folder of images on which a GPU's predictions are compared with the CPU's (default: 40"
              + " generated images).")
  private Path photographs;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder of trained networks for the part 'int8'. It holds NAME.onnx, or the weights in"
              + " NAME.safetensors or NAME.npz; the names of the classes in NAME.txt; and images in"
              + " the folder NAME, with one folder for each class (default: random weights, without"
              + " an accuracy).")
  private Path data;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "Number of times that each measurement is repeated. A result is the median of the"
              + " repetitions (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--scale",
      paramLabel = "PART",
      defaultValue = "1",
      description =
          "Share of the usual number of images to measure with, above 0 and up to 1. With a value"
              + " below 1, the results only show that the measurements work, and cannot be compared"
              + " with other results (default: ${DEFAULT-VALUE}).")
  private double scale;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "Folder for a few gigabytes of temporary files (default: the system's temporary"
              + " folder).")
  private Path dir;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Also write the results to this file, as JSON.")
  private Path output;

  @Option(names = "--json", description = "Print the results as JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Benchmarks benchmarks =
        ServiceLoader.load(Benchmarks.class)
            .findFirst()
            .orElseThrow(
                () ->
                    new CommandException(
                        "the benchmarks are not on the class path; start them with the launcher"
                            + " 'millrace' in a checkout"));
    PrintWriter out = spec.commandLine().getOut();
    List<Device> wanted = devices.stream().map(Device::parse).toList();
    Map<String, String> all = benchmarks.parts(wanted.get(0).kind());
    if (list) {
      all.forEach((name, what) -> out.printf("%-14s %s%n", name, what));
      return ExitCode.DONE;
    }
    Set<String> parts = parts(all.keySet());
    if (data != null && !Files.isDirectory(data)) {
      throw new CommandException("--data: there is no folder " + data);
    }
    Path folder =
        dir == null
            ? Files.createTempDirectory("millrace-bench")
            : Files.createTempDirectory(Files.createDirectories(dir), "bench");
    try {
      BenchmarkConfig config =
          new BenchmarkConfig(
              folder,
              rounds,
              scale,
              wanted,
              Optional.ofNullable(photographs),
              Optional.ofNullable(data));
      Figures figures = new Figures(spec.commandLine().getErr());
      benchmarks.measure(parts, config, figures);
      tell(figures, out);
    } finally {
      Utils.delete(folder.toFile());
    }
    return ExitCode.DONE;
  }

  private Set<String> parts(Set<String> all) {
    if (only.isEmpty()) {
      return all;
    }
    Set<String> parts = new LinkedHashSet<>();
    for (String name : only) {
      parts.add(
          all.stream()
              .filter(part -> name.equals(part) || name.startsWith(part + "."))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "only: there is no '"
                              + name
                              + "'; there are "
                              + String.join(", ", all))));
    }
    return parts;
  }

  private void tell(Figures figures, PrintWriter out) throws IOException {
    String line = Json.line(figures.json(rounds, scale));
    if (output != null) {
      Files.writeString(output, line + "\n");
    }
    if (json) {
      out.println(line);
    } else {
      figures.table(out);
    }
    out.flush();
  }

  /** Collects the results, and prints the progress to standard error. */
  private static final class Figures implements Benchmarks.Listener {

    private final List<Figure> measured = new ArrayList<>();
    private final PrintWriter err;

    Figures(PrintWriter err) {
      this.err = err;
    }

    @Override
    public void progress(String what) {
      err.println(what);
      err.flush();
    }

    @Override
    public void measured(Figure figure) {
      measured.add(figure);
    }

    Map<String, Object> json(int rounds, double scale) throws IOException {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("machine", Machine.describe(Version.number()));
      all.put("rounds", rounds);
      all.put("scale", scale);
      measured.forEach(figure -> all.put(figure.name(), figure.value()));
      return all;
    }

    void table(PrintWriter out) throws IOException {
      out.println(Machine.line(Version.number()));
      out.println();
      out.println("| figure | value | unit | what it is |");
      out.println("|---|---|---|---|");
      for (Figure figure : measured) {
        out.printf(
            "| %s | %s | %s | %s |%n",
            figure.name(), value(figure.value()), figure.unit(), figure.note());
      }
    }

    private static String value(double value) {
      return String.format(Math.abs(value) < 100 ? "%.3f" : "%,.0f", value);
    }
  }
}
