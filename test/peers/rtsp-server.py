"""GStreamer's RTSP server with one stream at /stream, made by the pipeline in argv[1]; argv[2], argv[3]: user and password (digest).
Prints its port, then runs until its standard input closes. A line there, "NAME CAPS", changes the capsfilter of that name in the
running stream: a camera whose picture is set otherwise."""
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service("0")
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(f"( {sys.argv[1]} )")
factory.set_protocols(GstRtsp.RTSPLowerTrans.TCP | GstRtsp.RTSPLowerTrans.UDP)
if len(sys.argv) > 3:
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    auth.add_digest(sys.argv[2], sys.argv[3], token)
    server.set_auth(auth)
    access = GstRtspServer.RTSPPermissions()
    access.add_permission_for_role("viewer", "media.factory.access", True)
    access.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(access)
medias = []
factory.connect("media-configure", lambda _factory, media: medias.append(media))


def change(line):
    name, caps = line.strip().split(" ", 1)
    for media in medias:
        found = media.get_element().get_by_name(name)
        if found:
            found.set_property("caps", Gst.Caps.from_string(caps))
    return False


def obey():
    for line in sys.stdin:
        GLib.idle_add(change, line)
    loop.quit()


server.get_mount_points().add_factory("/stream", factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
loop = GLib.MainLoop()
threading.Thread(target=obey, daemon=True).start()
loop.run()
