package dev.pointsman.server;

import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.worlds.DemoWorld;
import java.net.URI;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The real service with simulated models, and simulated users who ask over HTTP. */
@Command(
    name = "demo",
    description = "Watch the router learn: simulated models and users, no key needed.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {

  @Mixin private ServerOptions options = new ServerOptions();

  @Override
  public Integer call() throws InterruptedException {
    FunctionCatalog catalog =
        Configuration.load(
            reader -> reader.readText("demo.toml", DemoWorld.configuration()), System.err);
    PointsmanServer server = PointsmanServer.start(catalog, List.of(), options, true);
    URI url = server.url();
    System.out.println("Pointsman is ready on " + url);
    System.out.printf(
        """

        The page         %1$s/ui/functions/%2$s
        Ask              curl %1$s/inference -d '{"function_name":"%2$s","tags":{"kind":"chat"},"input":{"messages":[{"role":"user","content":"Hello"}]}}'
        Say how it was   curl %1$s/feedback -d '{"metric_name":"%3$s","inference_id":"ID FROM THE ANSWER","value":true}'
        Who gets what    curl %1$s/api/functions/%2$s/variant_sampling_probabilities

        Simulated users ask 25 questions a second from now on, chat and code. %4$d seconds after the
        first one the model scholar gets worse at code; the router is not told. Stop with Ctrl-C.
        """,
        url, DemoWorld.FUNCTION, DemoWorld.METRIC, DemoWorld.DRIFT.toSeconds());
    System.out.flush();
    try (DemoTraffic traffic = DemoTraffic.start(url)) {
      server.onStop(traffic::close);
      server.awaitStop();
    }
    return 0;
  }
}
