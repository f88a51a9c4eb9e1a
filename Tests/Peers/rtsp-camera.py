#!/usr/bin/python3
"""A camera that speaks RTSP, by GStreamer's own server: /h264 with a key frame a second.

    rtsp-camera.py PORT [USER PASSWORD]
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer

Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(sys.argv[1])
PICTURE = "videotestsrc is-live=true ! video/x-raw,width=640,height=360,framerate=25/1"
STREAMS = {
    "/h264": f"( {PICTURE} ! x264enc tune=zerolatency key-int-max=25 ! rtph264pay name=pay0 pt=96 )",
}
if len(sys.argv) > 3:
    guard = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    guard.add_basic(GstRtspServer.RTSPAuth.make_basic(sys.argv[2], sys.argv[3]), token)
    server.set_auth(guard)
allowed = GstRtspServer.RTSPPermissions()
for action in ("media.factory.access", "media.factory.construct"):
    allowed.add_permission_for_role("viewer", action, True)
for path, launch in STREAMS.items():
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(launch)
    factory.set_shared(True)
    factory.set_permissions(allowed)
    server.get_mount_points().add_factory(path, factory)
server.attach(None)
print("ready", flush=True)
GLib.MainLoop().run()
